package org.bdia.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;

/** The device to compute on. */
public final class Devices {

    /** The variable that names the device. */
    public static final String VARIABLE = "BDIA_DEVICE";

    private Devices() {}

    /**
     * Returns the device that BDIA_DEVICE names (cpu, gpu, gpu0, gpu1 …), else the first GPU, else the CPU.
     *
     * @throws IllegalArgumentException if it names none, or a GPU that the engine does not see
     */
    public static Device chosen() {
        int gpus = Engine.getEngine("PyTorch").getGpuCount();
        return of(System.getenv().getOrDefault(VARIABLE, "").strip(), gpus);
    }

    /** {@link #chosen} for a value of the variable, and a number of GPUs that the engine sees. */
    public static Device of(String name, int gpus) {
        if (name.isEmpty()) {
            return gpus > 0 ? Device.gpu() : Device.cpu();
        }
        if (!name.matches("cpu|gpu\\d*")) {
            throw new IllegalArgumentException(
                    "BDIA_DEVICE must be cpu, gpu, or gpu and a number, but is '" + name + "'");
        }
        int number = name.matches("gpu\\d+") ? Integer.parseInt(name.substring(3)) : 0;
        if (name.startsWith("gpu") && number >= gpus) {
            throw new IllegalArgumentException(
                    "BDIA_DEVICE is "
                            + name
                            + ", but the engine sees "
                            + gpus
                            + " GPU(s); run bdia doctor, or set BDIA_DEVICE=cpu");
        }
        return name.equals("cpu") ? Device.cpu() : Device.gpu(number);
    }
}
