package org.bdia.measure;

import ai.djl.Device;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/**
 * The peak of this process's tensor memory above rest: on the CPU counted exactly where {@code ci/memory.c} is preloaded,
 * else the resident set's high-water mark, which is right while the allocator returns freed memory (see {@link
 * org.bdia.torch.Allocator#returnFreed}); on a GPU the memory of the caching allocator.
 */
public final class MemoryProbe {

    /** The variable that names the counters' file. */
    static final String COUNTERS = "BDIA_MEMORY_COUNTERS";

    private static final int LIVE = 0;
    private static final int PEAK = 8;
    private static final int ALLOCATIONS = 16;
    private static final double MIB = 1 << 20;
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");

    /** The memory of one computation in MiB: its peak above rest, and the resident set's. */
    public record Reading(double peak, double rest, double residentPeak, String source) {}

    private final MappedByteBuffer counters; // null if tensors are not counted
    private final Device device;

    /**
     * Creates a probe; tensors must exist already.
     *
     * @throws IllegalStateException if the counters are there, but nothing has counted the tensors
     */
    public MemoryProbe(Device device, Map<String, String> environment) {
        this.device = device;
        String file = environment.get(COUNTERS);
        this.counters = file == null || device.isGpu() ? null : map(Path.of(file));
        if (counters != null && counters.getLong(ALLOCATIONS) == 0) {
            throw new IllegalStateException(
                    "no allocation has been counted: expected LD_PRELOAD to name the library that ci/shim builds,"
                            + " found "
                            + environment.get("LD_PRELOAD")
                            + ", which is not loaded; build it again, or unset "
                            + Tools.SHIM
                            + " to read the resident set instead");
        }
    }

    private static MappedByteBuffer map(Path file) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            MappedByteBuffer buffer = channel.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
            buffer.order(ByteOrder.LITTLE_ENDIAN);
            return buffer;
        } catch (IOException e) {
            throw new UncheckedIOException("no memory counters can be read from " + file, e);
        }
    }

    /** Runs the computation and measures its memory. */
    public Reading measure(Runnable computation) {
        System.gc(); // unclosed arrays would count as rest
        if (device.isGpu()) {
            return onGpu(computation);
        }
        double resident = status("VmRSS:");
        clear();
        long live = 0;
        if (counters != null) {
            live = counters.getLong(LIVE);
            counters.putLong(PEAK, live);
        }
        computation.run();
        double residentPeak = status("VmHWM:") - resident;
        return counters == null
                ? new Reading(residentPeak, resident, residentPeak, "rss")
                : new Reading(
                        (counters.getLong(PEAK) - live) / MIB, live / MIB, residentPeak, "counted");
    }

    /** Returns the memory of all live tensors in MiB; NaN where it is not counted. */
    double live() {
        return counters == null ? Double.NaN : counters.getLong(LIVE) / MIB;
    }

    private Reading onGpu(Runnable computation) {
        JniUtils.emptyCudaCache();
        double rest = CudaUtils.getGpuMemory(device).getCommitted() / MIB;
        computation.run();
        double peak = CudaUtils.getGpuMemory(device).getCommitted() / MIB - rest;
        return new Reading(peak, rest, peak, "cuda");
    }

    /** Resets the high-water mark to the present resident set. */
    private static void clear() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            // Another system, or not permitted: then the mark is that of the whole process, and the
            // reading too high.
        }
    }

    private static double status(String key) {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(key)) {
                    return Double.parseDouble(line.replaceAll("\\D", "")) / 1024;
                }
            }
        } catch (IOException e) {
            // No such file on other systems.
        }
        return Double.NaN;
    }
}
