package org.bdia.reversible;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What branches compute in. States, side bits, weights, gradients and optimiser are float32 either way, so that
 * reconstruction stays exact: a branch only has to repeat itself.
 */
public enum Precision {
    /** float32 throughout. */
    FLOAT32,

    /** Matrix products and activations of a branch in bfloat16, its LayerNorms and sums in float32. */
    BFLOAT16_BRANCH;

    private static final Path PROCESSOR = Path.of("/proc/cpuinfo");
    private static final Pattern FAST = Pattern.compile("\\b(avx512_bf16|amx_bf16|bf16)\\b");

    /**
     * Checks that a device computes this fast.
     *
     * @throws IllegalArgumentException if it has no bfloat16 instructions; a processor of which nothing is known, on
     *     systems other than Linux, passes
     */
    public void requireOn(Device device) {
        if (this == FLOAT32) {
            return;
        }
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

    private static String flags() {
        try {
            return Files.readString(PROCESSOR);
        } catch (IOException e) {
            return "";
        }
    }
}
