package org.bdia.torch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How float32 activations are multiplied with weights on the CPU. Both are right; which one is faster depends on the processor, and
 * so do the last bits of what training computes, as they do with the engine's own choices of kernels.
 */
public enum Products {
    /** The engine's {@code linear}, by Intel's MKL on x86. */
    LINEAR,

    /**
     * oneDNN's inner product, which the engine does not differentiate, so that a branch is differentiated by hand; a graph of it
     * keeps about 0.6 of the bytes. It is meant for AMD processors whose AVX-512 units have the full width, which MKL leaves unused;
     * elsewhere it takes about as long.
     */
    INNER;

    /** The environment variable that overrides the processor's choice: linear or inner; the system property {@code bdia.products} comes first. */
    public static final String VARIABLE = "BDIA_PRODUCTS";

    private static final String PROPERTY = "bdia.products";
    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");

    /** AMD's family 26, Zen 5; family 25 computes AVX-512 in halves, if at all. */
    private static final Pattern FULL_WIDTH =
            Pattern.compile(
                    "^vendor_id\\s*: AuthenticAMD$\\s*^cpu family\\s*: 26$.*? avx512f ",
                    Pattern.MULTILINE | Pattern.DOTALL);

    /** Below it what surrounds the products by hand costs more than they save. */
    private static final long WORTHWHILE = 256;

    /**
     * Returns the fewest tokens of a batch that {@link #INNER} is used for: 1 where the variable names it, {@value #WORTHWHILE} on
     * a processor where it is the faster one, else {@link Long#MAX_VALUE}.
     *
     * @throws IllegalArgumentException if the variable names something else
     */
    public static long fewestTokens() {
        String name = System.getProperty(PROPERTY, System.getenv().getOrDefault(VARIABLE, ""));
        return fewestTokens(name, name.isBlank() ? processor() : "");
    }

    /** {@link #fewestTokens()} for a value of the variable, and the system's description of the processor. */
    static long fewestTokens(String name, String processor) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "" -> FULL_WIDTH.matcher(processor).find() ? WORTHWHILE : Long.MAX_VALUE;
            case "linear" -> Long.MAX_VALUE;
            case "inner" -> 1;
            default ->
                    throw new IllegalArgumentException(
                            VARIABLE + " must be linear or inner, but is '" + name + "'");
        };
    }

    /** Returns the choice in words, as a run's manifest names it behind the engine: empty, or from how many tokens on {@link #INNER} is used. */
    public static String words() {
        long fewest = fewestTokens();
        if (fewest == Long.MAX_VALUE) {
            return "";
        }
        return ", inner products" + (fewest > 1 ? " from " + fewest + " tokens on" : "");
    }

    private static String processor() {
        try {
            return Files.exists(PROCESSOR)
                    ? Files.readString(PROCESSOR, StandardCharsets.ISO_8859_1)
                    : "";
        } catch (IOException e) {
            return "";
        }
    }
}
