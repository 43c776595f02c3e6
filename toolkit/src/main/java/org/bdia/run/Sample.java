package org.bdia.run;

/**
 * What a trained model was asked, and what it answered, to be read by people.
 *
 * @param input what the model was given: a sentence, the beginning of a text, a meaning representation
 * @param reference what the data say, alternatives on lines of their own
 * @param output what the model wrote
 */
public record Sample(String input, String reference, String output) {}
