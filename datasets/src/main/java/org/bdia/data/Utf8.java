package org.bdia.data;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.IntStream;

/** Strict UTF-8, as any system's programs save it. */
public final class Utf8 {

    private Utf8() {}

    /**
     * The {@linkplain #text text} of bytes.
     *
     * @param file for the message
     * @throws DataException if the bytes are not UTF-8; the message names the first that is not, and its line
     */
    static String decode(Object file, byte[] bytes) {
        CharsetDecoder decoder =
                StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        // UTF-8 never takes fewer bytes than Java takes chars.
        CharBuffer out = CharBuffer.allocate(bytes.length);
        if (decoder.decode(in, out, true).isError()) {
            int at = in.position();
            long line = 1 + IntStream.range(0, at).filter(i -> bytes[i] == '\n').count();
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected UTF-8 text, found the malformed byte 0x%02X at byte offset %d,"
                                    + " line %d; convert the file to UTF-8",
                            file,
                            bytes[at],
                            at,
                            line));
        }
        return text(out.flip().toString());
    }

    /** The same text as other systems save it: without the byte order mark of Windows, lines ending with {@code \n}. */
    public static String text(String saved) {
        return (saved.startsWith("\uFEFF") ? saved.substring(1) : saved).replace("\r\n", "\n");
    }
}
