package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.config.FileException;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    private static final String CONFIG = "{\"a\":1}";

    @TempDir private Path root;
    private RunStore store;

    @BeforeEach
    void open() {
        store = RunStore.at(root);
    }

    private static List<MetricRow> rows(long from, long to) {
        return LongStream.range(from, to)
                .mapToObj(
                        step ->
                                new MetricRow(
                                        step, (int) step / 4, "train", "loss", 1.0 / (step + 3)))
                .toList();
    }

    private Path metrics(String id) {
        return root.resolve(id).resolve("metrics.csv");
    }

    @Test
    void aResumedFileEqualsAnUninterruptedOne() throws IOException {
        try (var run = store.open("whole", CONFIG)) {
            run.append(rows(0, 20));
        }
        try (var run = store.open("resumed", CONFIG)) {
            run.append(rows(0, 9));
            run.append(rows(9, 13));
        }
        // Killed in the middle of a line.
        Files.writeString(metrics("resumed"), "13,3,train,lo", StandardOpenOption.APPEND);
        try (var run = store.open("resumed", CONFIG)) {
            run.resumeAfter(6);
            run.append(rows(7, 20));
        }
        assertThat(metrics("resumed")).hasSameBinaryContentAs(metrics("whole"));
    }

    @Test
    void everyAppendIsInTheFileAtOnce() throws IOException {
        try (var run = store.open("a", CONFIG)) {
            assertThat(metrics("a")).hasContent("step,epoch,split,metric,value\n");
            run.append(List.of(new MetricRow(3, 1, "test", "accuracy", 0.5)));
            assertThat(Files.readString(metrics("a")))
                    .isEqualTo("step,epoch,split,metric,value\n3,1,test,accuracy,0.5\n");
        }
    }

    @Test
    void stepsNeverDecreaseEvenAcrossSessions() throws IOException {
        try (var run = store.open("a", CONFIG)) {
            run.append(rows(0, 5));
        }
        var before = Files.readString(metrics("a"));
        try (var run = store.open("a", CONFIG)) {
            assertThatThrownBy(() -> run.append(rows(3, 6)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("step 4", "step 3", "resumeAfter");
            assertThat(Files.readString(metrics("a"))).isEqualTo(before);
            run.resumeAfter(-1);
            run.append(rows(0, 1));
        }
        assertThat(Files.readAllLines(metrics("a"))).hasSize(2);
    }

    @Test
    void damagedMetricsAreRefusedByFileAndLine() throws IOException {
        store.open("a", CONFIG).close();
        var good = "3,0,train,loss,1.0\n";
        for (var bad :
                List.of(
                        "3,0,train,loss\n",
                        "3,0,train,loss,x\n",
                        "3,-1,train,loss,1.0\n",
                        "3,0,tr\0in,loss,1.0\n",
                        "2,0,train,loss,1.0\n",
                        "\n")) {
            Files.writeString(metrics("a"), MetricsFile.HEADER + good + bad + good);
            assertThatThrownBy(() -> store.open("a", CONFIG))
                    .as(bad)
                    .isInstanceOf(FileException.class)
                    .hasMessageContainingAll(metrics("a") + ", line 3", "expected", bad.strip());
        }
        Files.writeString(metrics("a"), "step,value\n");
        assertThatThrownBy(() -> store.open("a", CONFIG)).hasMessageContaining("header");
        Files.writeString(metrics("a"), MetricsFile.HEADER + good.strip());
        assertThatThrownBy(() -> MetricsFile.read(metrics("a"))).hasMessageContaining("cut short");
    }

    @Test
    void rowsThatWouldBreakALineAreRefused() {
        assertThatThrownBy(() -> new MetricRow(0, 0, "a,b", "loss", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'a,b'");
        assertThatThrownBy(() -> new MetricRow(0, 0, "train", "lo\nss", 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new MetricRow(-1, 0, "train", "loss", 1))
                .hasMessageContaining("-1");
    }

    @Test
    void aRunGoesOnOnTheDataItWasBegunOnAndOnNoOther() {
        var data = new Provenance("set", "file", false, "aa");
        var begun = Manifest.begin("cpu()", "engine 1", data, Instant.EPOCH);
        try (var run = store.open("a", CONFIG)) {
            assertThat(run.begin(begun)).isEqualTo(begun);
            run.describe(begun.until(Instant.EPOCH.plusSeconds(3600), Duration.ofHours(1)));
            var later = Manifest.begin("cpu()", "engine 1", data, Instant.EPOCH.plusSeconds(9000));
            assertThat(run.begin(later).hours()).isEqualTo(1);
            assertThat(run.begin(later).started()).isEqualTo(Instant.EPOCH);
            var other = new Provenance("set", "file", false, "bb");
            var changed = Manifest.begin("cpu()", "engine 1", other, Instant.EPOCH);
            assertThatThrownBy(() -> run.begin(changed))
                    .isInstanceOf(FileException.class)
                    .hasMessageContaining("was begun on")
                    .hasMessageContaining("sha256=bb");
        }
    }
}
