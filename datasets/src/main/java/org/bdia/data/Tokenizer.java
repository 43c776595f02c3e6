package org.bdia.data;

/** Converts text to token ids and back. */
public sealed interface Tokenizer permits Characters, Gpt2Bpe {
    /** Returns its name in tables and provenance, for example {@code GPT-2 BPE}. */
    String name();

    /** Returns the number of ids V; every id is 0 to V − 1. */
    int size();

    /** Returns the ids of a text; an unpaired surrogate counts as U+FFFD. */
    int[] encode(String text);

    /**
     * Returns the text of ids.
     *
     * @throws IllegalArgumentException if an id is out of range; the message names it, its position and V
     */
    String decode(int[] ids);

    /** Returns the id that closes a document, or −1 if there is none. */
    int endOfText();
}
