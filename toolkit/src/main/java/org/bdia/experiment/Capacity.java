package org.bdia.experiment;

import ai.djl.Device;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.bdia.config.RunConfig;
import oshi.SystemInfo;

/**
 * The number of runs that fit a machine at a time.
 *
 * @param parallel runs at a time, 1 or more
 * @param threads that each computes with, 1 or more
 * @param reason how that came about, in words
 */
record Capacity(int parallel, int threads, String reason) {

    /** Memory left for other programs, and for estimates that are too low. */
    private static final double USABLE = 0.8;

    /**
     * This machine's capacity. Small models keep one processor busy better than they share several, so every run computes with one
     * thread, or with as many as OMP_NUM_THREADS says, never with what happens to be free: bits depend on that number. There
     * are as many runs at a time as processors, but no more than memory holds of the largest by {@link MemoryEstimate};
     * on a GPU one.
     *
     * @param runs the runs to be made
     * @param wanted a number of runs at a time that takes precedence
     */
    static Capacity of(List<RunConfig> runs, OptionalInt wanted) {
        long free = freeBytes();
        int cores = Runtime.getRuntime().availableProcessors();
        boolean gpu = !Environment.device().equals(Device.cpu());
        int each = threads(gpu ? cores : 1);
        return of(runs, wanted, new Machine(cores, free, gpu), each);
    }

    /** Returns the memory that is free now, at most a container's limit. */
    static long freeBytes() {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return Math.min(
                new SystemInfo().getHardware().getMemory().getAvailable(),
                system.getTotalMemorySize());
    }

    /** Returns the number of threads that OMP_NUM_THREADS says, else another one. */
    static int threads(int otherwise) {
        String threads = System.getenv().getOrDefault("OMP_NUM_THREADS", "");
        return threads.matches("[1-9]\\d{0,3}") ? Integer.parseInt(threads) : otherwise;
    }

    /**
     * The cores and memory available to runs.
     *
     * @param cores its processors
     * @param free its free memory, bytes
     * @param gpu whether runs compute on a GPU
     */
    record Machine(int cores, long free, boolean gpu) {}

    static Capacity of(List<RunConfig> runs, OptionalInt wanted, Machine machine, int threads) {
        long largest = runs.stream().mapToLong(MemoryEstimate::bytes).max().orElse(1);
        int fit = (int) Math.min(Integer.MAX_VALUE, (long) (USABLE * machine.free()) / largest);
        int chosen = machine.gpu() ? 1 : Math.min(machine.cores() / threads, fit);
        int parallel = Math.max(1, Math.min(wanted.orElse(chosen), Math.max(1, runs.size())));
        String reason =
                String.format(
                        Locale.ROOT,
                        "%d at a time, %d thread(s) each: %d processors, %.1f GiB free, at most %.1f GiB a run%s",
                        parallel,
                        threads,
                        machine.cores(),
                        machine.free() / 0x1p30,
                        largest / 0x1p30,
                        machine.gpu() ? ", one GPU" : "");
        return new Capacity(parallel, threads, reason);
    }
}
