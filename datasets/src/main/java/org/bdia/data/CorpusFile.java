package org.bdia.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** A corpus as it stands in a file: documents in text or in token ids. */
final class CorpusFile {

    private static final int LIMIT = 1 << 30;
    private static final Pattern SEPARATOR = Pattern.compile("<\\|endoftext\\|>");

    private CorpusFile() {}

    /** Documents of text, and the file's checksum. */
    record Texts(List<String> documents, String sha256) {}

    /** Documents of ids, one after the other; where each ends, and the file's checksum. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Ids(CharBuffer ids, int[] ends, String sha256) {}

    /** The documents of a UTF-8 file, between lines {@code <|endoftext|>}. */
    static Texts text(DataFolder folder, String name) {
        byte[] bytes = folder.read(name, LIMIT);
        String text = Utf8.decode(folder.locate(name), bytes);
        List<String> documents =
                SEPARATOR.splitAsStream(text).filter(document -> !document.isBlank()).toList();
        if (documents.isEmpty()) {
            throw DataException.damaged(folder.locate(name), "a text", "nothing but blanks");
        }
        return new Texts(documents, Sha256.of(bytes));
    }

    /** A text file's documents as byte pairs, each closed by the end of text. */
    static Ids encoded(DataFolder folder, String name) {
        return encoded(text(folder, name));
    }

    /** Documents as byte pairs, each closed by the end of text. */
    static Ids encoded(Texts texts) {
        Gpt2Bpe bpe = new Gpt2Bpe();
        List<int[]> documents = new ArrayList<>();
        for (String document : texts.documents()) {
            int[] ids = bpe.encode(document);
            documents.add(
                    IntStream.concat(IntStream.of(ids), IntStream.of(Gpt2Bpe.END_OF_TEXT))
                            .toArray());
        }
        return joined(documents, texts.sha256());
    }

    /** Documents joined in one buffer. */
    static Ids joined(List<int[]> documents, String sha256) {
        CharBuffer all = CharBuffer.allocate(documents.stream().mapToInt(d -> d.length).sum());
        int[] ends = new int[documents.size()];
        for (int i = 0; i < ends.length; i++) {
            for (int id : documents.get(i)) {
                all.put((char) id);
            }
            ends[i] = all.position();
        }
        return new Ids(all.flip(), ends, sha256);
    }

    /** A file of unsigned 16-bit little-endian ids, documents closed by the end of text; memory-mapped if it is plain. */
    static Ids tokens(DataFolder folder, String name) {
        Path file = folder.locate(name);
        ByteBuffer bytes = bytes(folder, name, file);
        if (bytes.limit() % 2 != 0 || bytes.limit() == 0) {
            throw DataException.damaged(
                    file, "16-bit tokens, an even number of bytes", bytes.limit() + " bytes");
        }
        CharBuffer ids = bytes.order(ByteOrder.LITTLE_ENDIAN).asCharBuffer();
        int[] ends = new int[ids.limit()];
        int documents = 0;
        for (int i = 0; i < ids.limit(); i++) {
            if (ids.get(i) >= Gpt2Bpe.SIZE) {
                throw DataException.damaged(
                        file,
                        "GPT-2 tokens from 0 to " + (Gpt2Bpe.SIZE - 1),
                        "token " + (int) ids.get(i) + " at position " + i);
            }
            if (ids.get(i) == Gpt2Bpe.END_OF_TEXT || i == ids.limit() - 1) {
                ends[documents++] = i + 1;
            }
        }
        return new Ids(ids, Arrays.copyOf(ends, documents), Sha256.of(bytes));
    }

    private static ByteBuffer bytes(DataFolder folder, String name, Path file) {
        if (!file.getFileName().equals(Path.of(name).getFileName())) {
            return ByteBuffer.wrap(folder.read(name, LIMIT));
        }
        folder.check(name);
        try (FileChannel channel = FileChannel.open(file)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e + ")", e);
        }
    }
}
