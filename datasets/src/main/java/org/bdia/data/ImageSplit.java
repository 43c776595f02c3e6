package org.bdia.data;

/**
 * Three disjoint parts of a data set.
 *
 * @param train the training part
 * @param validation the part of the training images for model selection; may be empty
 * @param test the published test images, for final results
 */
public record ImageSplit(ImageSet train, ImageSet validation, ImageSet test) {}
