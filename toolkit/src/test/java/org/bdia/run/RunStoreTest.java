package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunStoreTest {
    private static final String CONFIG = Json.canonical(Method.bdia(0.5));
    private static final String ID = "0123456789ab";
    private static final Manifest MANIFEST =
            Manifest.begin(
                    "cpu()",
                    "engine 1",
                    new Provenance("set", "files", false, "00"),
                    Instant.EPOCH);
    private static final List<MetricRow> ROWS =
            List.of(
                    new MetricRow(0, 0, "validation", "loss", 2.5),
                    new MetricRow(10, 0, "train", "loss", 0.1 + 0.2),
                    new MetricRow(10, 1, "train", "loss", Double.NaN));

    @TempDir private Path root;
    private RunStore store;
    private Path folder;

    @BeforeEach
    void open() {
        store = RunStore.at(root);
        folder = root.resolve(ID);
    }

    private void finished() {
        try (var run = store.open(ID, CONFIG)) {
            run.append(ROWS);
            run.finish(MANIFEST, Map.of(), List.of());
        }
    }

    @Test
    void aFinishedRunReadsBackAsItWasWritten() {
        finished();
        var record = store.read(ID);
        assertThat(record.id()).isEqualTo(ID);
        assertThat(Json.canonical(record.config())).isEqualTo(CONFIG);
        assertThat(Json.canonical(record.manifest())).isEqualTo(Json.canonical(MANIFEST));
        assertThat(record.metrics()).isEqualTo(ROWS);
        assertThat(Json.read(folder.resolve("manifest.json"), Manifest.class)).isEqualTo(MANIFEST);
    }

    @Test
    void aRunIsDoneWhenItIsFinishedNotBefore() {
        try (var run = store.open(ID, CONFIG)) {
            run.append(ROWS);
            run.describe(MANIFEST);
            assertThat(store.isDone(ID)).isFalse();
            assertThatThrownBy(() -> store.read(ID))
                    .isInstanceOf(FileException.class)
                    .hasMessageContainingAll(folder.toString(), "no DONE");
            run.finish(MANIFEST, Map.of(), List.of());
            assertThat(store.isDone(ID)).isTrue();
            assertThatThrownBy(() -> run.append(ROWS)).hasMessageContaining("finished");
        }
        assertThatThrownBy(() -> store.open(ID, CONFIG))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("finished");
    }

    @Test
    void aFolderOfAnotherConfigurationIsRefusedAndLeftFree() {
        store.open(ID, CONFIG).close();
        var other = Json.canonical(Method.bdia(0.25));
        assertThatThrownBy(() -> store.open(ID, other))
                .isInstanceOf(FileException.class)
                .hasMessageContainingAll(folder.resolve("config.json").toString(), CONFIG, other);
        store.open(ID, CONFIG).close();
    }

    @Test
    void aCopyOfARunsFolderUnderAnyNameIsNoRun() throws IOException {
        store.open(ID, CONFIG).close();
        Path copy = Files.createDirectory(root.resolve(ID + " (old)"));
        Files.writeString(copy.resolve("config.json"), CONFIG);
        assertThat(store.ids()).containsExactly(ID);
    }

    @Test
    void aConfigurationWrittenWithOtherSpacesIsTheSame() throws IOException {
        store.open(ID, CONFIG).close();
        Files.writeString(folder.resolve("config.json"), " " + CONFIG.replace(",", " ,\n"));
        store.open(ID, CONFIG).close();
        assertThat(store.ids()).containsExactly(ID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "manifest.json", "metrics.csv"})
    void aFileChangedAfterTheRunIsRefusedByName(String name) throws IOException {
        finished();
        var file = folder.resolve(name);
        String text = Files.readString(file);
        String digit = text.replaceFirst("(?s)^[^0-9]*([0-9]).*$", "$1");
        Files.writeString(file, text.replaceFirst(digit, digit.equals("7") ? "8" : "7"));
        assertThatThrownBy(() -> store.read(ID))
                .isInstanceOf(FileException.class)
                .hasMessageContainingAll(file.toString(), "checksum");
        Files.delete(file);
        assertThatThrownBy(() -> store.read(ID)).hasMessageContaining(file.toString());
    }

    @Test
    void aDamagedConfigurationIsRefusedByName() throws IOException {
        store.open(ID, CONFIG).close();
        Files.writeString(folder.resolve("config.json"), CONFIG.substring(5));
        assertThatThrownBy(() -> store.open(ID, CONFIG))
                .isInstanceOf(FileException.class)
                .hasMessageContaining(folder.resolve("config.json").toString());
    }

    @Test
    void scoresAtTheEndReplaceThoseOfASessionThatDiedBeforeDone() {
        try (var run = store.open(ID, CONFIG)) {
            run.append(
                    List.of(
                            new MetricRow(8, 2, "val", "loss", 1),
                            new MetricRow(8, 2, "test", "bleu", 3)));
            run.finish(MANIFEST, Map.of("bleu", 4.0), List.of(new Sample("a", "b\nc", "d")));
        }
        var record = store.read(ID);

        assertThat(record.metrics())
                .containsExactly(
                        new MetricRow(8, 2, "val", "loss", 1),
                        new MetricRow(8, 2, "test", "bleu", 4));
        assertThat(record.samples()).containsExactly(new Sample("a", "b\nc", "d"));
    }

    @Test
    void nothingHalfWrittenIsLeft() throws IOException {
        finished();
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "config.json",
                            "manifest.json",
                            "metrics.csv",
                            "samples.json",
                            "lock",
                            "DONE");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "..", "a/b", ".hidden"})
    void anIdThatIsNoPlainNameIsRefused(String id) {
        assertThatThrownBy(() -> store.open(id, CONFIG))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theEnvironmentNamesTheFolder() {
        assertThat(RunStore.from(Map.of("BDIA_RUNS", root.toString())).root()).isEqualTo(root);
        assertThat(RunStore.from(Map.of()).root()).isEqualTo(Path.of("runs").toAbsolutePath());
        assertThat(RunStore.at(root.resolve("none")).ids()).isEmpty();
    }
}
