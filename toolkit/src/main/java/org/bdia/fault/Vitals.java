package org.bdia.fault;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a leak would make grow.
 *
 * @param arrays native arrays that the manager and those below it own
 * @param threads of this process, native ones included
 * @param files open files, sockets and pipes
 * @param residentKib the resident set, KiB
 */
record Vitals(int arrays, int threads, int files, long residentKib) {

    private static final Path PROCESS = Path.of("/proc/self");

    /**
     * Reads them, behind a garbage collection.
     *
     * @throws FaultException where there is no /proc
     */
    static Vitals of(NDManager manager) {
        System.gc();
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
                    RunFiles.entries(PROCESS.resolve("fd")).size(),
                    resident);
        } catch (IOException e) {
            throw new FaultException("leaks are read off /proc, which only Linux has: " + e, e);
        }
    }

    private static int owned(NDManager manager) {
        return manager instanceof BaseNDManager base ? base.getManagedArrays().size() : 0;
    }

    @Override
    public String toString() {
        return String.format(
                "%d arrays, %d threads, %d files, %,d KiB resident",
                arrays, threads, files, residentKib);
    }
}
