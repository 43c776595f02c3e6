package org.bdia.data;

/**
 * Where data came from, in the words that tables and figures print.
 *
 * @param name the set and slice, for example {@code CIFAR-10, 5000 training images}
 * @param source the files read and what they are, or how the data were generated
 * @param synthetic whether the data are generated stand-ins rather than real
 * @param sha256 SHA-256 over the unpacked bytes of the files read, hexadecimal
 */
public record Provenance(String name, String source, boolean synthetic, String sha256) {}
