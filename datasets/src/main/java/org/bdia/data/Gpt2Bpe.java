package org.bdia.data;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.nio.charset.StandardCharsets;

/**
 * GPT-2's byte-pair encoding: 50,257 ids, the last of them the end of a text.
 *
 * <p>Text is always encoded as ordinary text: {@code <|endoftext|>} within it never becomes the
 * closing id, though that id decodes to it. Ids need not end at a character; decoding replaces bytes that are
 * not UTF-8 by U+FFFD.
 *
 * @see <a href="https://openai.com/index/better-language-models/">Radford et al., 2019, section 2.2</a>
 */
public final class Gpt2Bpe implements Tokenizer {
    static final int SIZE = 50_257;
    static final int END_OF_TEXT = 50_256;

    /** Loaded on first use: token files need not wait for the merges to be read. */
    private static final class Merges {
        static final Encoding R50K =
                Encodings.newLazyEncodingRegistry().getEncoding(EncodingType.R50K_BASE);
    }

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
        // Through bytes, Java would write an unpaired surrogate as a question mark.
        int[] codePoints = text.codePoints().map(Gpt2Bpe::character).toArray();
        return Merges.R50K.encodeOrdinary(new String(codePoints, 0, codePoints.length)).toArray();
    }

    @Override
    public String decode(int[] ids) {
        Tokens.requireIds(ids, this);
        var list = new IntArrayList(ids.length);
        for (int id : ids) {
            list.add(id);
        }
        return new String(Merges.R50K.decodeBytes(list), StandardCharsets.UTF_8);
    }

    @Override
    public int endOfText() {
        return END_OF_TEXT;
    }

    private static int character(int codePoint) {
        return Character.getType(codePoint) == Character.SURROGATE ? 0xFFFD : codePoint;
    }

    @Override
    public String toString() {
        return "Gpt2Bpe[" + SIZE + " ids]";
    }
}
