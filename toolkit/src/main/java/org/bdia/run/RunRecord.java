package org.bdia.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.bdia.data.Provenance;

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

    /** Returns the data that the run was trained on, as its manifest has them. */
    public Provenance data() {
        JsonNode data = manifest.get("data");
        return new Provenance(
                data.get("name").asText(),
                data.get("source").asText(),
                data.get("synthetic").asBoolean(),
                data.get("sha256").asText());
    }
}
