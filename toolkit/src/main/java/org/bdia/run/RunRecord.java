package org.bdia.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.bdia.config.FileException;
import org.bdia.data.Provenance;

/**
 * The record of a finished run.
 *
 * @param id the run's name
 * @param config config.json
 * @param manifest manifest.json, see {@link Manifest}
 * @param metrics metrics.csv in the order of the file
 * @param written samples.json, where there is one
 */
public record RunRecord(
        String id,
        JsonNode config,
        JsonNode manifest,
        List<MetricRow> metrics,
        Optional<List<Sample>> written) {

    /** Copies the lists. */
    public RunRecord {
        metrics = List.copyOf(metrics);
        written = written.map(List::copyOf);
    }

    /**
     * Returns the outputs that the run has left for people to read, none if its model writes nothing.
     *
     * @throws FileException if it was restored from a {@link RunArchive}, which leaves them out
     */
    public List<Sample> samples() {
        return written.orElseThrow(
                () ->
                        new FileException(
                                "run "
                                        + id
                                        + " has no samples.json: archived runs are restored without samples; to have them,"
                                        + " remove the run's folder and train it again without the archive"));
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
