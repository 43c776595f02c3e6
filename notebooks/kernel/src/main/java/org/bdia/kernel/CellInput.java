package org.bdia.kernel;

import java.io.IOException;
import java.io.InputStream;

/** A user's typing, read as {@link InputStream} promises: the library's bytes are signed, and it writes past the array. */
final class CellInput extends InputStream {
    private final InputStream typed;

    CellInput(InputStream typed) {
        this.typed = typed;
    }

    @Override
    public int read() throws IOException {
        int next = typed.read();
        return next == -1 ? -1 : next & 0xFF; // -1 is no byte of UTF-8
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        int next = read();
        int count = 0;
        while (next != -1) {
            into[offset + count++] = (byte) next;
            next = count < length && typed.available() > 0 ? read() : -1;
        }
        return count == 0 ? -1 : count;
    }

    @Override
    public int available() throws IOException {
        return typed.available();
    }
}
