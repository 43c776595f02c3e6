package org.bdia.experiment;

import ai.djl.Device;
import java.util.Map;
import org.bdia.config.Ranges;
import org.bdia.data.DataFolder;
import org.bdia.report.Profile;
import org.bdia.torch.Devices;

/** Settings from environment variables, read in this one place. */
record Environment(Profile profile, DataFolder data, String seedsText) {

    static Environment current() {
        return of(System.getenv());
    }

    static Environment of(Map<String, String> variables) {
        return new Environment(
                Profile.fromEnvironment(),
                DataFolder.fromEnvironment(),
                variables.getOrDefault("BDIA_SEEDS", "").strip());
    }

    /** The number of seeds: BDIA_SEEDS where it is set, else the given one. */
    int seeds(int otherwise) {
        if (!hasSeeds()) {
            Ranges.positive("seeds", otherwise);
            return otherwise;
        }
        try {
            int seeds = Integer.parseInt(seedsText);
            Ranges.positive("BDIA_SEEDS", seeds);
            return seeds;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "BDIA_SEEDS must be a number of seeds, at least 1, but is '" + seedsText + "'",
                    e);
        }
    }

    boolean hasSeeds() {
        return !seedsText.isEmpty();
    }

    /** The device that BDIA_DEVICE names (cpu, gpu, gpu0, gpu1 …), else the first GPU, else the CPU. */
    static Device device() {
        return Devices.chosen();
    }
}
