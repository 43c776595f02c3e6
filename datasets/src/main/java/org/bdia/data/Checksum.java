package org.bdia.data;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A published checksum of a file.
 *
 * @param algorithm the algorithm
 * @param hex the sum, lower-case hexadecimal
 */
public record Checksum(Algorithm algorithm, String hex) {

    /** The algorithms that sources use. */
    public enum Algorithm {
        /** Detects accidents, not forgeries; some sources publish nothing better. */
        MD5("MD5", 32),

        /** Detects accidents and forgeries. */
        SHA256("SHA-256", 64);

        private final String title;
        private final int digits;

        Algorithm(String title, int digits) {
            this.title = title;
            this.digits = digits;
        }

        MessageDigest digest() {
            try {
                return MessageDigest.getInstance(title);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has " + title, e);
            }
        }

        @Override
        public String toString() {
            return title;
        }
    }

    /**
     * Checks the digits.
     *
     * @throws IllegalArgumentException if the sum is not as many lower-case hexadecimal digits as the algorithm gives
     */
    public Checksum {
        if (!hex.matches("[0-9a-f]{" + algorithm.digits + "}")) {
            throw new IllegalArgumentException(
                    "a "
                            + algorithm
                            + " sum is "
                            + algorithm.digits
                            + " hexadecimal digits in lower case, but is '"
                            + hex
                            + "'");
        }
    }

    static Checksum md5(String hex) {
        return new Checksum(Algorithm.MD5, hex);
    }

    static Checksum sha256(String hex) {
        return new Checksum(Algorithm.SHA256, hex);
    }

    /** Returns the sum of a digest of the algorithm. */
    static Checksum of(Algorithm algorithm, MessageDigest digest) {
        return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public String toString() {
        return algorithm + " " + hex;
    }
}
