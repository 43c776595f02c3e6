package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.junit.jupiter.api.Test;

/** Runs whose results are recorded keep their names: whatever a configuration may say today, it meant the same then. */
class RecordedRunsTest {

    private static final Path RESULTS = Path.of("..", "notebooks", "results");

    @Test
    void everyRecordedConfigurationStillHasItsId() throws IOException {
        List<Path> manifests;
        try (Stream<Path> files = Files.walk(RESULTS)) {
            manifests = files.filter(file -> file.endsWith("manifest.json")).toList();
        }
        int runs = 0;
        for (Path manifest : manifests) {
            for (JsonNode run : Json.tree(manifest).path("runs")) {
                JsonNode config = run.get("config");
                assertThat(Json.canonical(config)).isEqualTo(parsed(config).json());
                assertThat(parsed(config).id())
                        .as("%s", manifest)
                        .isEqualTo(run.get("id").asText());
                runs++;
            }
        }
        assertThat(runs).isGreaterThanOrEqualTo(30);
    }

    /** Whichever Java version computes the hash. */
    @Test
    void everyArchivedRunIsNamedByItsConfigurationAndHasAReadableManifest() {
        RunArchive archive = RunArchive.at(RESULTS.resolve("runs"));
        assertThat(archive.ids()).hasSizeGreaterThan(200);
        for (String id : archive.ids()) {
            JsonNode run = Json.tree(archive.folder().resolve(id + ".json"));
            assertThat(parsed(run.get("config")).id()).isEqualTo(id);
            JsonNode manifest = run.get("manifest");
            assertThat(Json.parse(manifest.toString(), Manifest.class, id).cpu())
                    .isEqualTo(manifest.get("cpu").asText());
        }
    }

    private static RunConfig parsed(JsonNode config) {
        return Json.parse(config.toString(), RunConfig.class, "a recorded manifest");
    }
}
