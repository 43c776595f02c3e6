package org.bdia.run;

import java.util.List;

/** The content of samples.json, which must be one object. */
record Samples(List<Sample> samples) {

    Samples {
        samples = List.copyOf(samples);
    }
}
