package org.bdia.ci.fault;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The resources of this process that a leak makes grow.
 *
 * @param arrays the native arrays of the manager and its sub-managers
 * @param threads the threads, native ones included
 * @param files the targets of all open descriptors: files, sockets and pipes
 * @param residentKib the resident set without pages of files, which come and go with the system's cache and cannot leak, KiB
 * @param codeKib the committed metaspace and code heaps, KiB: an upper bound of the part of the resident set for loaded
 *     classes and compiled methods
 */
record ResourceUsage(int arrays, int threads, List<String> files, long residentKib, long codeKib) {

    private static final Path PROCESS = Path.of("/proc/self");
    private static final int SAMPLES = 5;
    private static final long INTERVAL_MILLIS = 200;
    private static final int KIB = 1024;

    /** Copies the list. */
    ResourceUsage {
        files = List.copyOf(files);
    }

    /**
     * Samples the usage after a garbage collection: the smallest of five samples, 200 ms apart, because a JVM opens files
     * and starts threads briefly, and a leak stays.
     *
     * @throws IllegalStateException where there is no /proc
     */
    static ResourceUsage of(NDManager manager) {
        System.gc();
        ResourceUsage smallest = sample(manager);
        for (int i = 1; i < SAMPLES; i++) {
            try {
                Thread.sleep(INTERVAL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
            smallest = smallest.least(sample(manager));
        }
        return smallest;
    }

    private static ResourceUsage sample(NDManager manager) {
        try {
            long resident =
                    Files.readString(PROCESS.resolve("status"))
                            .lines()
                            .filter(line -> line.startsWith("RssAnon:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow();
            return new ResourceUsage(
                    owned(manager),
                    RunFiles.entries(PROCESS.resolve("task")).size(),
                    open(),
                    resident,
                    code());
        } catch (IOException e) {
            throw new IllegalStateException(
                    "leaks are measured in /proc, which only Linux has: " + e, e);
        }
    }

    private ResourceUsage least(ResourceUsage other) {
        return new ResourceUsage(
                Math.min(arrays, other.arrays),
                Math.min(threads, other.threads),
                Stream.of(files, other.files).min(Comparator.comparingInt(List::size)).get(),
                Math.min(residentKib, other.residentKib),
                Math.min(codeKib, other.codeKib));
    }

    private static int owned(NDManager manager) {
        if (manager instanceof BaseNDManager base) {
            return base.getManagedArrays().size();
        }
        throw new IllegalStateException("arrays cannot be counted in a " + manager.getClass());
    }

    private static List<String> open() {
        Path descriptors = PROCESS.resolve("fd");
        List<String> targets = new ArrayList<>();
        for (String descriptor : RunFiles.entries(descriptors)) {
            try {
                targets.add(Files.readSymbolicLink(descriptors.resolve(descriptor)).toString());
            } catch (IOException e) {
                // Closed since the folder was listed, as the listing's own descriptor is.
            }
        }
        return targets;
    }

    private static long code() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> holdsCode(pool.getName()))
                .mapToLong(ResourceUsage::committed)
                .sum();
    }

    /** Returns whether a pool holds classes or code; metaspace includes the compressed class space. */
    private static boolean holdsCode(String pool) {
        return pool.equals("Metaspace") || pool.startsWith("Code");
    }

    private static long committed(MemoryPoolMXBean pool) {
        return pool.getUsage().getCommitted() / KIB;
    }

    /** Returns the files opened since, each as often as its number of descriptors has grown. */
    List<String> filesGainedSince(ResourceUsage earlier) {
        List<String> gained = new ArrayList<>(files);
        earlier.files.forEach(gained::remove);
        return gained;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d arrays, %d threads, %d files, %,d KiB resident, %,d KiB of classes and code",
                arrays,
                threads,
                files.size(),
                residentKib,
                codeKib);
    }
}
