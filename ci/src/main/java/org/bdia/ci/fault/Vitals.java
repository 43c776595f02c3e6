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
 * What a leak would make grow.
 *
 * @param arrays native arrays that the manager and those below it own
 * @param threads of this process, native ones included
 * @param files what the process has open, files, sockets and pipes, each by where its descriptor leads
 * @param residentKib the resident set, KiB
 * @param codeKib of it at most what the JVM keeps about loaded classes and compiled methods, KiB: committed metaspace and code
 *     heaps
 */
record Vitals(int arrays, int threads, List<String> files, long residentKib, long codeKib) {

    private static final Path PROCESS = Path.of("/proc/self");
    private static final int SAMPLES = 5;
    private static final long BETWEEN_MILLIS = 200;
    private static final int KIB = 1024;

    /** Copies the list. */
    Vitals {
        files = List.copyOf(files);
    }

    /**
     * Reads them, behind a garbage collection: of five samples, 200 ms apart, the smallest of each, because a JVM opens files
     * and starts threads for a moment, and a leak stays.
     *
     * @throws FaultException where there is no /proc
     */
    static Vitals of(NDManager manager) {
        System.gc();
        Vitals smallest = sample(manager);
        for (int i = 1; i < SAMPLES; i++) {
            try {
                Thread.sleep(BETWEEN_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FaultException("interrupted", e);
            }
            smallest = smallest.least(sample(manager));
        }
        return smallest;
    }

    private static Vitals sample(NDManager manager) {
        try {
            long resident =
                    Files.readString(PROCESS.resolve("status"))
                            .lines()
                            .filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow();
            return new Vitals(
                    owned(manager),
                    RunFiles.entries(PROCESS.resolve("task")).size(),
                    open(),
                    resident,
                    code());
        } catch (IOException e) {
            throw new FaultException("leaks are read off /proc, which only Linux has: " + e, e);
        }
    }

    private Vitals least(Vitals other) {
        return new Vitals(
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
        throw new FaultException("arrays cannot be counted in a " + manager.getClass(), null);
    }

    private static List<String> open() {
        Path descriptors = PROCESS.resolve("fd");
        List<String> targets = new ArrayList<>();
        for (String descriptor : RunFiles.entries(descriptors)) {
            try {
                targets.add(Files.readSymbolicLink(descriptors.resolve(descriptor)).toString());
            } catch (IOException e) {
                // Closed since the folder was listed: the listing's own descriptor always is.
            }
        }
        return targets;
    }

    private static long code() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> holdsCode(pool.getName()))
                .mapToLong(Vitals::committed)
                .sum();
    }

    /** The compressed class space is a part of metaspace, counted there. */
    private static boolean holdsCode(String pool) {
        return pool.equals("Metaspace") || pool.startsWith("Code");
    }

    private static long committed(MemoryPoolMXBean pool) {
        return pool.getUsage().getCommitted() / KIB;
    }

    /** What is open now and was not before, a target as often as it is open more often. */
    List<String> filesGainedSince(Vitals earlier) {
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
