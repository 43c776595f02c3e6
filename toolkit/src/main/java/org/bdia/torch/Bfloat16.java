package org.bdia.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Devices with instructions for bfloat16. */
public final class Bfloat16 {

    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Pattern FAST = Pattern.compile("\\b(avx512_bf16|amx_bf16|bf16)\\b");

    /**
     * Checks that a device computes bfloat16 fast.
     *
     * @throws IllegalArgumentException if it has no bfloat16 instructions; a processor of which nothing is known, on
     *     systems other than Linux, passes
     */
    public static void requireOn(Device device) {
        String found;
        if (device.isGpu()) {
            found = "compute capability " + CudaUtils.getComputeCapability(device.getDeviceId());
            if (Integer.parseInt(found.replaceAll("\\D", "")) >= 80) {
                return;
            }
        } else {
            if (!Files.exists(PROCESSOR) || FAST.matcher(flags()).find()) {
                return;
            }
            found = "no avx512_bf16, amx_bf16 or bf16 among the flags of " + PROCESSOR;
        }
        throw new IllegalArgumentException(
                "Precision.BFLOAT16_BRANCH needs a device with bfloat16 instructions, but "
                        + device
                        + " has "
                        + found
                        + "; use Precision.FLOAT32");
    }

    private Bfloat16() {}

    private static String flags() {
        try {
            return Files.readString(PROCESSOR);
        } catch (IOException e) {
            return "";
        }
    }
}
