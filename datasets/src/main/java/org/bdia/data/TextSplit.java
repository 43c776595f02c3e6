package org.bdia.data;

/**
 * Three parts of a corpus that share no document.
 *
 * @param train what is learned from, the characters of a character-level vocabulary included
 * @param validation what is chosen by
 * @param test what is reported on
 * @param tokenizer text to ids and back
 */
public record TextSplit(Tokens train, Tokens validation, Tokens test, Tokenizer tokenizer) {}
