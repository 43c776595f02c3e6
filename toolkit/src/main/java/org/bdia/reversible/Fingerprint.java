package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import org.bdia.io.SplitMix64;

/** A 64-bit fingerprint of an array's bits, against which rebuilt states are verified. */
final class Fingerprint {

    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private Fingerprint() {}

    /** Equal for equal bits; different bits collide with probability about 2<sup>−64</sup>. */
    static long of(NDArray array) {
        try (NDScope scope =
                new NDScope()) { // frees the copy that is made where the memory is elsewhere
            return hash(array);
        }
    }

    private static long hash(NDArray array) {
        // Direct on the CPU: the tensor's own memory, read in place; a copy on a GPU.
        ByteBuffer bytes = array.toByteBuffer(true).order(ByteOrder.nativeOrder());
        LongBuffer words = bytes.asLongBuffer();
        // Four independent lanes, because one chain of multiplications would wait for itself.
        long a = 1;
        long b = 2;
        long c = 3;
        long d = 4;
        int i = 0;
        for (int n = words.limit() - 3; i < n; i += 4) {
            a = step(a, words.get(i));
            b = step(b, words.get(i + 1));
            c = step(c, words.get(i + 2));
            d = step(d, words.get(i + 3));
        }
        for (; i < words.limit(); i++) {
            a = step(a, words.get(i));
        }
        for (int rest = i * Long.BYTES; rest < bytes.limit(); rest++) {
            b = step(b, bytes.get(rest));
        }
        return SplitMix64.mix(SplitMix64.mix(a, b), SplitMix64.mix(c, d));
    }

    private static long step(long lane, long word) {
        long mixed = (lane ^ word) * PRIME;
        return mixed ^ (mixed >>> 29);
    }
}
