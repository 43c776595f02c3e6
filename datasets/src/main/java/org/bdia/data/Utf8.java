package org.bdia.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.IntStream;

/** Strict UTF-8 text, as saved on any system. */
public final class Utf8 {

    private Utf8() {}

    /**
     * Reads a file's {@linkplain #text text}.
     *
     * @param expected what the file should be, for the message; for example {@code "a claims file"}
     * @throws IOException if it is missing, a folder or unreadable; the message names the file
     * @throws DataException if it is not UTF-8
     */
    public static String read(Path file, String expected) throws IOException {
        try {
            return decode(file, Files.readAllBytes(file));
        } catch (IOException e) {
            String found =
                    Files.isDirectory(file)
                            ? "a folder"
                            : e instanceof NoSuchFileException ? "no such file" : e.toString();
            throw new IOException(
                    file + ": expected " + expected + ", found " + found + "; check the path", e);
        }
    }

    /**
     * Returns the {@linkplain #text text} of bytes.
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

    /** Returns text without the byte order mark of Windows, its lines ending with {@code \n}. */
    public static String text(String saved) {
        return (saved.startsWith("\uFEFF") ? saved.substring(1) : saved).replace("\r\n", "\n");
    }
}
