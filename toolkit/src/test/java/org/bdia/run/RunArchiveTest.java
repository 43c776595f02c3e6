package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bdia.config.Backprop;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunArchiveTest {

    private static final RunConfig CONFIG =
            new RunConfig(
                    new TaskConfig.Images(Cifar.Kind.CIFAR_10, 50, 10, 10, false, 0, true),
                    VitConfig.smoke(),
                    Method.bdia(0.5),
                    Backprop.REVERSIBLE,
                    false,
                    TrainConfig.of(100, 10, 1e-3),
                    7);
    private static final String ID = CONFIG.id();
    private static final Sample SAMPLE = new Sample("in", "reference", "out");

    @TempDir private Path root;
    private RunStore store;
    private RunStore empty;
    private RunArchive archive;

    @BeforeEach
    void open() {
        store = RunStore.at(root.resolve("runs"));
        empty = RunStore.at(root.resolve("empty"));
        archive = RunArchive.at(root.resolve("archive"));
    }

    @Test
    void aRestoredRunIsTheArchivedOneByteForByte() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        Files.writeString(store.root().resolve(ID).resolve("checkpoint"), "weights");

        assertThat(add()).isTrue();
        assertThat(archive.ids()).containsExactly(ID);
        assertThat(Files.size(file())).isLessThan(25_000);
        assertThat(archive.restore(ID, empty)).isTrue();

        for (String name :
                List.of("config.json", "manifest.json", "metrics.csv", "samples.json", "DONE")) {
            assertThat(empty.root().resolve(ID).resolve(name))
                    .hasSameBinaryContentAs(store.root().resolve(ID).resolve(name));
        }
        assertThat(empty.root().resolve(ID).resolve("checkpoint")).doesNotExist();
        assertThat(empty.read(ID)).isEqualTo(store.read(ID));
    }

    @Test
    void aSecondTimeNothingIsArchivedOrRestored() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        String before = Files.readString(file());
        assertThat(add()).isFalse();
        assertThat(file()).hasContent(before);
        assertThat(archive.restore(ID, store)).isFalse();
        assertThat(archive.restore("0123456789ab", empty)).isFalse();
        assertThat(empty.root()).doesNotExist();
    }

    @Test
    void samplesQuoteTheDataAndAreLeftOut() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of(SAMPLE));
        add();
        assertThat(Files.readString(file())).doesNotContain("reference");
        archive.restore(ID, empty);
        assertThat(empty.read(ID).metrics()).isEqualTo(store.read(ID).metrics());
        assertThatThrownBy(() -> empty.read(ID).samples())
                .isInstanceOf(FileException.class)
                .hasMessageContaining("run " + ID + " has no samples.json: archived runs");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "commit; abc-dirty; computed by commit 'abc-dirty'",
                "commit; abc-dirty+abd; computed by commit 'abc-dirty+abd'",
                "commit; unknown; computed by commit 'unknown'",
                "arithmetic; 0; by arithmetic 0, but this toolkit's is",
                "arithmetic; unknown+1; by arithmetic unknown+1, but this toolkit's is"
            })
    void aRunThatNobodyCouldRepeatIsRefused(String key, String value, String reason) {
        finish(manifest(key, value), 0.1, List.of());
        assertThatThrownBy(this::add)
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith("run " + ID + ": it was ")
                .hasMessageContaining(reason);
        assertThat(archive.ids()).isEmpty();
    }

    @Test
    void syntheticDataAreRefused() {
        ObjectNode manifest = manifest("commit", "abc");
        manifest.withObject("/data").put("synthetic", true);
        finish(manifest, 0.1, List.of());
        assertThatThrownBy(this::add).hasMessageContaining("run " + ID, "synthetic data");
    }

    @Test
    void aRunBegunBeforeThereWereVersionsNeedsSomebodysWord() throws IOException {
        ObjectNode manifest = manifest("commit", "abc");
        manifest.remove("arithmetic");
        finish(manifest, 0.1, List.of());
        assertThatThrownBy(this::add)
                .hasMessageContaining("does not say which arithmetic computed it; if commit abc");
        assertThat(archive.add(store, ID, Optional.of(Build.ARITHMETIC))).isTrue();
        assertThat(archive.restore(ID, empty)).isTrue();
        assertThat(empty.root().resolve(ID).resolve("manifest.json"))
                .hasSameBinaryContentAs(store.root().resolve(ID).resolve("manifest.json"));
        assertThat(archive.add(empty, ID, Optional.empty())).isFalse();
    }

    @Test
    void otherNumbersThanTheArchivedOnesAreRefused() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        String before = Files.readString(file());
        store = RunStore.at(root.resolve("again"));
        finish(manifest("commit", "abd"), 0.2, List.of());
        assertThatThrownBy(this::add)
                .hasMessageContaining(file() + ": the archived run has other metrics");
        assertThat(file()).hasContent(before);
    }

    @Test
    void aRunUnderAnotherNameIsRefused() {
        try (Run run = store.open("other", CONFIG.json())) {
            run.finish(manifest(manifest("commit", "abc")), Map.of(), List.of());
        }
        assertThatThrownBy(() -> archive.add(store, "other", Optional.empty()))
                .hasMessageContaining("run other: its name is not the hash of its configuration");
    }

    @Test
    void aChangedFileIsNotRestored() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        Files.writeString(file(), Files.readString(file()).replace("loss,0.1", "loss,0.01"));
        assertThatThrownBy(() -> archive.restore(ID, empty))
                .hasMessageStartingWith(file() + ": its metrics.csv differs from its checksum");
        assertThat(empty.isDone(ID)).isFalse();
    }

    @Test
    void anotherArithmeticIsTrainedAgainAndARunThatIsBegunGoesOn() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        try (Run run = empty.open(ID, CONFIG.json())) {
            assertThat(run.folder()).isDirectory();
            assertThat(archive.restore(ID, empty)).isFalse();
        }
        assertThat(empty.isDone(ID)).isFalse();
        String text = Files.readString(file());
        Files.writeString(file(), text.replaceFirst("(\"arithmetic\" : \")[^\"]+", "$10"));
        assertThat(archive.restore(ID, RunStore.at(root.resolve("third")))).isFalse();
    }

    /** Before it is whole, what is restored has no place that anybody takes for a run. */
    @Test
    void whatAKilledRestorationLeftIsNoRunAndIsReplaced() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        Path attempt = new Attempts(empty.root(), ID).begin();
        for (String name : List.of("metrics.csv", "manifest.json", "config.json")) {
            Files.copy(store.root().resolve(ID).resolve(name), attempt.resolve(name));
        }
        assertThat(empty.ids()).isEmpty();

        assertThat(archive.restore(ID, empty)).isTrue();
        assertThat(empty.read(ID)).isEqualTo(store.read(ID));
        assertThat(attempt.getParent()).doesNotExist();
    }

    @Test
    void aFolderThatHasNotBecomeARunIsNotInTheWay() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        Path target = Files.createDirectories(empty.root().resolve(ID));
        Files.writeString(target.resolve("metrics.csv"), "half");

        assertThat(archive.restore(ID, empty)).isTrue();
        assertThat(empty.read(ID)).isEqualTo(store.read(ID));
    }

    @Test
    void nothingIsRestoredWhereAnotherProcessTakesTheRun() throws IOException {
        finish(manifest("commit", "abc"), 0.1, List.of());
        add();
        Path target = Files.createDirectories(empty.root().resolve(ID));
        RunLock lock = RunLock.take(target);
        assertThat(archive.restore(ID, empty)).isFalse();
        lock.close();
        assertThat(empty.isDone(ID)).isFalse();
        assertThat(archive.restore(ID, empty)).isTrue();
    }

    private boolean add() {
        return archive.add(store, ID, Optional.empty());
    }

    private Path file() {
        return archive.folder().resolve(ID + ".json");
    }

    private static ObjectNode manifest(String key, String value) {
        Provenance data = new Provenance("set", "files", false, "00");
        Manifest begun = Manifest.begin("cpu()", "engine 1", data, Instant.EPOCH);
        ObjectNode manifest = (ObjectNode) Json.tree(Json.canonical(begun), "manifest");
        return manifest.put("commit", "abc").put("hours", 0.123456789).put(key, value);
    }

    private static Manifest manifest(ObjectNode manifest) {
        return Json.parse(manifest.toString(), Manifest.class, "manifest");
    }

    /** A run of a hundred epochs, whose manifest is written as it is given, keys left out too. */
    private void finish(ObjectNode manifest, double loss, List<Sample> samples) {
        List<MetricRow> rows = new ArrayList<>();
        for (int epoch = 0; epoch <= 100; epoch++) {
            rows.add(new MetricRow(78L * epoch, epoch, "train", "loss", loss + epoch));
            rows.add(new MetricRow(78L * epoch, epoch, "val", "loss", 1 / (loss + epoch)));
            rows.add(new MetricRow(78L * epoch, epoch, "val", "accuracy", Double.NaN));
        }
        try (Run run = store.open(ID, CONFIG.json())) {
            run.append(rows);
            run.finish(manifest(manifest), Map.of("loss", loss), samples);
        }
        if (!manifest.has("arithmetic")) {
            Path folder = store.root().resolve(ID);
            try {
                Files.writeString(folder.resolve("manifest.json"), Json.pretty(manifest));
                Files.writeString(folder.resolve("DONE"), RunStore.checksums(folder));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
