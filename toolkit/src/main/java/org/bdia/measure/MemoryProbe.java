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
 * The peak of this process's tensor memory above rest. On the CPU it is counted exactly where {@code ci/memory.c} is
 * preloaded, else it is the resident set's high-water mark, which is right while the allocator returns what is freed (see
 * {@link org.bdia.torch.Allocator#returnFreed}); on a GPU it is what the caching allocator took.
 */
final class MemoryProbe {

    /** The variable that names the counters' file. */
    static final String COUNTERS = "BDIA_MEMORY_COUNTERS";

    private static final int LIVE = 0;
    private static final int PEAK = 8;
    private static final int ALLOCATIONS = 16;
    private static final double MIB = 1 << 20;
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");
    private static final Path STATUS = Path.of("/proc/self/status");

    /** What one computation took, in MiB: its peak above rest, and the resident set's. */
    record Reading(double peak, double rest, double residentPeak, String source) {}

    private final MappedByteBuffer counters; // null if nothing counts
    private final Device device;

    /**
     * A probe, to be made when there are tensors already.
     *
     * @throws BenchmarkException if the counters are there, but nothing has counted the tensors
     */
    MemoryProbe(Device device, Map<String, String> environment) {
        this.device = device;
        String file = environment.get(COUNTERS);
        this.counters = file == null || device.isGpu() ? null : map(Path.of(file));
        if (counters != null && counters.getLong(ALLOCATIONS) == 0) {
            throw new BenchmarkException(
                    "no allocation has been counted: expected LD_PRELOAD to name the library that ci/shim builds,"
                            + " found "
                            + environment.get("LD_PRELOAD")
                            + ", which is not loaded; build it again, or unset "
                            + Tools.SHIM
                            + " to read the resident set instead",
                    null);
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

    /** Runs the computation and says what it took. */
    Reading measure(Runnable computation) {
        System.gc(); // arrays that nobody closed would count as rest
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

    /** The bytes of all tensors alive at the moment, in MiB; NaN where nothing counts them. */
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

    /** Lowers the high-water mark to what is resident now. */
    private static void clear() {
        try {
            Files.writeString(CLEAR, "5");
        } catch (IOException e) {
            // Another system, or not allowed: then the mark is the process's whole life's, and the
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
