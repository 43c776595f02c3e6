package org.bdia.measure;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The external tools of a benchmark.
 *
 * @param shim the library that counts allocations, preloaded into every process; null to read the resident set
 * @param peer the command of the peer in Python; empty for none
 * @param threads the threads that either engine computes with
 */
public record Tools(Path shim, List<String> peer, int threads) {

    /** The variable that names the shim. */
    public static final String SHIM = "BDIA_MEMORY_SHIM";

    /** The variable that holds the peer's command, words separated by blanks. */
    public static final String PEER = "BDIA_PEER";

    private static final Pattern SEPARATOR = Pattern.compile("[\\s:]");

    /**
     * Copies the list, and the shim where its path cannot be preloaded.
     *
     * @throws IllegalStateException if it cannot be copied either
     */
    public Tools {
        shim = shim == null ? null : preloadable(shim);
        peer = List.copyOf(peer);
    }

    /** Returns a path without blanks and colons, at which LD_PRELOAD splits without quoting. */
    private static Path preloadable(Path library) {
        if (!SEPARATOR.matcher(library.toString()).find()) {
            return library;
        }
        try {
            Path copy = Files.createTempFile("bdia-memory", ".so");
            copy.toFile().deleteOnExit();
            if (SEPARATOR.matcher(copy.toString()).find()) {
                throw new IllegalStateException(
                        "expected a library to preload, or a temporary folder for its copy, whose path has"
                                + " neither blank nor colon, found "
                                + library
                                + " and "
                                + copy.getParent()
                                + "; name another folder with -Djava.io.tmpdir");
            }
            return Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException("the library to preload cannot be copied: " + e, e);
        }
    }

    /** Returns the tools that the environment names. */
    public static Tools fromEnvironment() {
        Map<String, String> environment = System.getenv();
        String shim = environment.getOrDefault(SHIM, "").strip();
        String peer = environment.getOrDefault(PEER, "").strip();
        Engine.getEngine("PyTorch");
        return new Tools(
                shim.isEmpty() ? null : Path.of(shim),
                peer.isEmpty() ? List.of() : List.of(peer.split("\\s+")),
                JniUtils.getNumThreads());
    }
}
