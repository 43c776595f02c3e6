package org.bdia.data;

/** Text to token ids and back. */
public sealed interface Tokenizer permits Characters, Gpt2Bpe {
    /** What tables and provenance call it, for example {@code GPT-2 BPE}. */
    String name();

    /** The number of ids V; every id is 0 to V − 1. */
    int size();

    /** The ids of a text; an unpaired surrogate counts as U+FFFD. */
    int[] encode(String text);

    /**
     * The text of ids.
     *
     * @throws IllegalArgumentException if an id is out of range; the message names it, its position and V
     */
    String decode(int[] ids);

    /** The id that closes a document, or −1 if there is none. */
    int endOfText();
}
