package org.bdia.data;

import java.security.MessageDigest;
import java.util.HexFormat;
import org.bdia.io.Sha256;

/**
 * A published checksum of a file.
 *
 * @param algorithm SHA-256, or MD5, which detects accidents, not forgeries; some sources publish nothing better
 * @param hex the sum, lower-case hexadecimal
 */
public record Checksum(String algorithm, String hex) {

    static Checksum md5(String hex) {
        return new Checksum("MD5", hex);
    }

    static Checksum sha256(String hex) {
        return new Checksum("SHA-256", hex);
    }

    /** Returns a new digest of the algorithm. */
    MessageDigest digest() {
        return Sha256.digest(algorithm);
    }

    /** Returns the sum of a digest of the same algorithm. */
    Checksum of(MessageDigest digest) {
        return new Checksum(algorithm, HexFormat.of().formatHex(digest.digest()));
    }

    @Override
    public String toString() {
        return algorithm + " " + hex;
    }
}
