package org.bdia.data;

/**
 * One sentence and a translation.
 *
 * @param source the sentence
 * @param target its translation
 * @param id the line in the file, from 0
 */
public record SentencePair(String source, String target, long id) {}
