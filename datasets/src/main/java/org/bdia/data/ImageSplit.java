package org.bdia.data;

/**
 * The three disjoint parts of a data set.
 *
 * @param train what a network learns from
 * @param validation held out from the training images, to choose by; may be empty
 * @param test the published test images, to report on
 */
public record ImageSplit(ImageSet train, ImageSet validation, ImageSet test) {}
