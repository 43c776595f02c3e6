package org.bdia.data;

/**
 * The three disjoint parts of a text corpus, and how their ids read.
 *
 * @param train what a network learns from, and a character tokenizer its characters
 * @param validation held out, to choose by; may be empty
 * @param test held out, to report on; may be empty
 * @param tokenizer that of all three
 */
public record TextSplit(Tokens train, Tokens validation, Tokens test, Tokenizer tokenizer) {}
