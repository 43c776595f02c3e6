package org.bdia.data;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;

/**
 * GPT-2's byte-pair encoding, 50,257 ids; the last, {@code <|endoftext|>}, closes a document.
 *
 * <p>Text is taken literally: the characters {@code <|endoftext|>} in a text are characters. Ids that cut a character in
 * two decode to U+FFFD.
 */
public final class Gpt2Bpe implements Tokenizer {

    /** The number of ids. */
    public static final int SIZE = 50257;

    /** The id that closes a document. */
    public static final int END_OF_TEXT = 50256;

    private final Encoding encoding =
            Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);

    @Override
    public String name() {
        return "GPT-2 BPE";
    }

    @Override
    public int size() {
        return SIZE;
    }

    @Override
    public int[] encode(String text) {
        return encoding.encodeOrdinary(text).toArray();
    }

    @Override
    public String decode(int[] ids) {
        IntArrayList list = new IntArrayList(ids.length);
        for (int i = 0; i < ids.length; i++) {
            TokenIds.require(ids, i, SIZE);
            list.add(ids[i]);
        }
        return encoding.decode(list);
    }

    @Override
    public int endOfText() {
        return END_OF_TEXT;
    }
}
