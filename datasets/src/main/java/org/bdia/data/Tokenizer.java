package org.bdia.data;

/** Text to token ids and back. */
public sealed interface Tokenizer permits Characters, Gpt2Bpe {

    /** The name in tables and figures. */
    String name();

    /** The number of ids, which are 0 … size − 1. */
    int size();

    /** The ids of a text. */
    int[] encode(String text);

    /**
     * The text of ids.
     *
     * @throws IllegalArgumentException if an id is out of range; the message names it and where it stands
     */
    String decode(int[] ids);

    /** The id that closes a document, or −1 if there is none. */
    int endOfText();
}
