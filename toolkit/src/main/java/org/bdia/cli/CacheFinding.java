package org.bdia.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finding of whether the processor reports the sizes of its caches. Many cloud guests hide them, and oneDNN, which libtorch
 * computes convolutions and LSTMs with, then gives wrong values or divides by zero.
 */
final class CacheFinding {

    private static final Path CACHES = Path.of("/sys/devices/system/cpu/cpu0/cache");
    private static final Pattern INTEL = Pattern.compile("amd64|x86_64");

    private CacheFinding() {}

    /** Returns the finding for this machine. */
    static Finding ofThisMachine() {
        boolean affected =
                Files.isDirectory(CACHES.getParent())
                        && INTEL.matcher(System.getProperty("os.arch")).matches();
        return of(CACHES, affected);
    }

    /**
     * Returns the finding for a folder of caches.
     *
     * @param caches where Linux lists the first processor's caches
     * @param affected whether this is Linux on x86-64, where the fault is known
     */
    static Finding of(Path caches, boolean affected) {
        if (!affected) {
            return new Finding("caches", true, "not checked on this system", "");
        }
        if (listed(caches)) {
            return new Finding("caches", true, "their sizes are known", "");
        }
        return new Finding(
                "caches",
                false,
                "the processor hides their sizes: libtorch's convolutions and LSTMs may give wrong values or end the"
                        + " process; the toolkit's own blocks use neither and are checked at first use",
                "call stack.check(x) on blocks of your own that have convolutions or LSTMs; ONEDNN_MAX_CPU_ISA=SSE41 makes"
                        + " them correct and slow");
    }

    private static boolean listed(Path caches) {
        try (Stream<Path> entries = Files.list(caches)) {
            return entries.anyMatch(path -> path.getFileName().toString().startsWith("index"));
        } catch (IOException missing) {
            return false;
        }
    }
}
