package org.bdia.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * The record of a finished run.
 *
 * @param id the run's name
 * @param config config.json
 * @param manifest manifest.json, see {@link Manifest}
 * @param metrics metrics.csv in the order of the file
 * @param samples samples.json
 */
public record RunRecord(
        String id,
        JsonNode config,
        JsonNode manifest,
        List<MetricRow> metrics,
        List<Sample> samples) {

    /** Copies the lists. */
    public RunRecord {
        metrics = List.copyOf(metrics);
        samples = List.copyOf(samples);
    }
}
