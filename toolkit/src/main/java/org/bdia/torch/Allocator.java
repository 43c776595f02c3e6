package org.bdia.torch;

import java.util.Map;

/**
 * Settings of glibc's allocator for a process that trains on the CPU.
 *
 * <p>By default it hands freed memory back to the system and takes it again, page by page, for every block of every step; a
 * reversible step, which frees and takes one block's activations all the time, then needs about a fifth longer.
 */
public final class Allocator {

    private static final long LARGEST_POOLED = 32L << 20;
    private static final long KEPT = 256L << 20;

    private static final long SMALLEST_MAPPED = 64L << 10;

    private Allocator() {}

    /**
     * Sets the variables for a training process: up to 256 MiB of freed memory are kept for the next block. Allocators other
     * than glibc's ignore them, and a user's own settings win.
     */
    public static void keepFreed(Map<String, String> environment) {
        environment.putIfAbsent("MALLOC_MMAP_THRESHOLD_", Long.toString(LARGEST_POOLED));
        environment.putIfAbsent("MALLOC_TRIM_THRESHOLD_", Long.toString(KEPT));
    }

    /**
     * Sets the variables for a process whose resident set measures the memory of its tensors: whatever is freed goes back to
     * the system at once, which costs time.
     */
    public static void returnFreed(Map<String, String> environment) {
        environment.putIfAbsent("MALLOC_MMAP_THRESHOLD_", Long.toString(SMALLEST_MAPPED));
        environment.putIfAbsent("MALLOC_TRIM_THRESHOLD_", "0");
    }
}
