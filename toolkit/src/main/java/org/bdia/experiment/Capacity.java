package org.bdia.experiment;

import ai.djl.Device;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.bdia.run.RunConfig;
import oshi.SystemInfo;

/**
 * How many runs at a time fit a machine.
 *
 * @param parallel runs at a time, 1 or more
 * @param threads processors for each, 1 or more
 * @param reason how that came about, in words
 */
public record Capacity(int parallel, int threads, String reason) {

    /** What is left to other programs, and to estimates that are too low. */
    private static final double USABLE = 0.8;

    /** Checks that there is at least one of each. */
    public Capacity {
        if (parallel < 1 || threads < 1) {
            throw new IllegalArgumentException(
                    "runs at a time and processors for each must be at least 1, but are "
                            + parallel
                            + " and "
                            + threads);
        }
    }

    /**
     * This machine's capacity. Small models keep one processor busy better than they share several, so there are as
     * many runs as processors, but no more than memory holds of the largest by {@link MemoryEstimate}; on a GPU one.
     *
     * @param open the runs to be made
     * @param wanted a number of runs at a time that is stronger
     */
    public static Capacity of(List<RunConfig> open, OptionalInt wanted) {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long free =
                Math.min(
                        new SystemInfo().getHardware().getMemory().getAvailable(),
                        system.getTotalMemorySize()); // a container's limit
        int cores = Runtime.getRuntime().availableProcessors();
        boolean gpu = wanted.isEmpty() && !Environment.device().equals(Device.cpu());
        return of(open, wanted, cores, free, gpu);
    }

    static Capacity of(
            List<RunConfig> open, OptionalInt wanted, int cores, long freeBytes, boolean gpu) {
        long largest = open.stream().mapToLong(MemoryEstimate::bytes).max().orElse(1);
        int fit = (int) Math.min(Integer.MAX_VALUE, (long) (USABLE * freeBytes) / largest);
        int chosen = gpu ? 1 : Math.min(cores, fit);
        int parallel = Math.max(1, Math.min(wanted.orElse(chosen), Math.max(1, open.size())));
        String reason =
                String.format(
                        Locale.ROOT,
                        "%d at a time, %d processor(s) each: %d processors, %.1f GiB free, at most %.1f GiB a run%s",
                        parallel,
                        Math.max(1, cores / parallel),
                        cores,
                        freeBytes / 0x1p30,
                        largest / 0x1p30,
                        gpu ? ", one GPU" : "");
        return new Capacity(parallel, Math.max(1, cores / parallel), reason);
    }
}
