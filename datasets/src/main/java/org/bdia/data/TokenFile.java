package org.bdia.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.io.Sha256;

/**
 * GPT-2 token ids in a file, uint16 little-endian, each document closed by 50256; a plain file stays on the
 * disk, mapped into memory.
 */
final class TokenFile implements TokenStore {
    /** The size of a mapped buffer, less than 2 GiB. */
    private static final int PIECE = 1 << 30;

    private static final int UNPACKED_LIMIT = 1 << 29;

    private final List<ShortBuffer> pieces;
    private final int pieceIds;
    private final long size;
    private final long[] documentEnds;
    private final String sha256;

    private TokenFile(List<ByteBuffer> bytes, int pieceBytes) {
        var digest = Sha256.digest();
        var shorts = new ArrayList<ShortBuffer>();
        long ids = 0;
        for (var piece : bytes) {
            digest.update(piece.duplicate());
            shorts.add(piece.order(ByteOrder.LITTLE_ENDIAN).asShortBuffer());
            ids += piece.capacity() / Short.BYTES;
        }
        pieces = List.copyOf(shorts);
        pieceIds = pieceBytes / Short.BYTES;
        size = ids;
        sha256 = Sha256.hex(digest);
        var closed = positions().filter(p -> get(p) == Gpt2Bpe.END_OF_TEXT).map(p -> p + 1);
        var open = isClosed() ? LongStream.empty() : LongStream.of(size);
        documentEnds = LongStream.concat(closed, open).toArray();
    }

    /**
     * Opens a token file and checks every id.
     *
     * @throws DataException if the file is missing or damaged, is empty or of an odd number of bytes, has an
     *     id that GPT-2 has not, or does not end with a document's end though it has several; or if it is
     *     compressed and unpacks to more than 512 MiB
     */
    static TokenFile open(DataFolder folder, String name) {
        return open(folder, name, PIECE);
    }

    static TokenFile open(DataFolder folder, String name, int pieceBytes) {
        var bytes = folder.pieces(name, UNPACKED_LIMIT, pieceBytes);
        long length = bytes.stream().mapToLong(ByteBuffer::capacity).sum();
        var stored = folder.locate(name);
        if (length == 0 || length % Short.BYTES != 0) {
            throw DataException.damaged(stored, "uint16 ids, two bytes each", length + " bytes");
        }
        var file = new TokenFile(bytes, pieceBytes);
        file.check(stored);
        return file;
    }

    private void check(Path stored) {
        positions()
                .filter(position -> get(position) >= Gpt2Bpe.SIZE)
                .findFirst()
                .ifPresent(
                        position -> {
                            throw DataException.damaged(
                                    stored,
                                    "GPT-2 ids from 0 to " + (Gpt2Bpe.SIZE - 1),
                                    "id " + get(position) + " at position " + position);
                        });
        if (documentEnds.length > 1 && !isClosed()) {
            long rest = size - documentEnds[documentEnds.length - 2];
            throw DataException.damaged(
                    stored,
                    "every document closed by id " + Gpt2Bpe.END_OF_TEXT,
                    "an end of the file " + rest + " ids after the last");
        }
    }

    /** Returns the end of each document, its closing id included; a file without closing ids is one document. */
    long[] documentEnds() {
        return documentEnds.clone();
    }

    /** Returns whether the last document, and so every one, is closed. */
    boolean isClosed() {
        return get(size - 1) == Gpt2Bpe.END_OF_TEXT;
    }

    /** Returns the SHA-256 over the unpacked bytes. */
    String sha256() {
        return sha256;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public int get(long position) {
        int piece = Math.toIntExact(position / pieceIds);
        return Short.toUnsignedInt(pieces.get(piece).get((int) (position % pieceIds)));
    }

    private LongStream positions() {
        return LongStream.range(0, size);
    }
}
