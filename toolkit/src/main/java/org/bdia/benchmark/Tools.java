package org.bdia.benchmark;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What measuring needs beside ourselves.
 *
 * @param shim the library that counts allocations, preloaded into every process; null to read the resident set instead
 * @param peer the command of the peer in Python; empty for none
 * @param threads the threads that either engine computes with
 */
public record Tools(Path shim, List<String> peer, int threads) {

    /** The variable that names the shim. */
    public static final String SHIM = "BDIA_MEMORY_SHIM";

    /** The variable that holds the peer's command, words separated by blanks. */
    public static final String PEER = "BDIA_PEER";

    /** Copies the list. */
    public Tools {
        peer = List.copyOf(peer);
    }

    /** The tools that the environment names. */
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
