package org.bdia.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/** Strict UTF-8. */
final class Utf8 {

    private Utf8() {}

    /**
     * The text of bytes.
     *
     * @param file for the message
     * @throws DataException if the bytes are not UTF-8; the message names the first that is not
     */
    static String decode(Object file, byte[] bytes) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw DataException.damaged(
                    file,
                    "UTF-8 text",
                    String.format(
                            "byte 0x%02x at offset %d", in.get(in.position()), in.position()));
        }
        return out.flip().toString();
    }
}
