package org.bdia.run;

/**
 * An input of a trained model with its answer, for people to read.
 *
 * @param input what the model was given: a sentence, the beginning of a text, a meaning representation
 * @param reference what the data say, alternatives on lines of their own
 * @param output what the model wrote
 */
public record Sample(String input, String reference, String output) {}
