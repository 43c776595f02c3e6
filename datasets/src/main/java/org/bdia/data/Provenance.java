package org.bdia.data;

/**
 * The origin of data, as tables and figures print it.
 *
 * @param name the set and slice, for example {@code CIFAR-10, 5000 training images}
 * @param source the files read, or how the data were generated
 * @param synthetic whether the data are generated
 * @param sha256 SHA-256 over the unpacked bytes of the files read, hexadecimal
 */
public record Provenance(String name, String source, boolean synthetic, String sha256) {}
