package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkTest {

    private static final Tools TOOLS = new Tools(null, List.of(), 1);
    private static final Point TINY = Point.base("vit", 2).withSize(16, 2, 16).withBatch(2);

    @Test
    void aPlannedPointSaysWhatIsPlanned() {
        Execution planned = Execution.lean().withStored(1).withCheckpointed(2);
        Point point = Point.base("gpt", 6).with(Method.bdia(0.5), planned);
        assertThat(point.variant()).isEqualTo("lean+2c+1s");
        assertThat(point.sideMib()).isEqualTo(2 * 16 * 256 * 128 / 8.0 / (1 << 20));
    }

    @Test
    void refusesWordsAndSizesThatItDoesNotKnow() {
        assertThatThrownBy(() -> Point.base("speech", 6)).hasMessageContaining("vit, gpt");
        assertThatThrownBy(() -> TINY.withTokens(256)).hasMessageContaining("measure gpt");
        assertThatThrownBy(() -> new Benchmark(TOOLS, 0, 1, line -> {}))
                .hasMessageContaining("at least 1");
    }

    @Test
    void measuresInProcessesOfTheirOwn() {
        Point reversible = TINY.with(Method.bdia(0.5), Backprop.REVERSIBLE);
        Point twoStreams = TINY.with(Method.revNet(), Backprop.REVERSIBLE);
        Point text = Point.base("gpt", 2).withSize(16, 2, 16).withBatch(2).withTokens(4);
        List<Point> points =
                List.of(TINY, reversible, twoStreams, TINY.whole(), text.lean().perBlock(3));
        List<Row> rows = new Benchmark(TOOLS, 1, 1, line -> {}).measure(points);
        assertThat(rows).extracting(Row::point).isEqualTo(points);
        assertThat(rows.get(0).toStore().median()).isEqualTo(1);
        assertThat(rows.get(1).toStore().median()).isPositive();
        assertThat(rows.get(0).toPeer().median()).isNaN();
        assertThat(rows).extracting(Row::kernels).containsOnly(Row.AGREE);
        for (Row row : rows) {
            assertThat(row.median()).isPositive();
            assertThat(row.csv().split(",", -1)).hasSize(Row.HEADER.split(",").length);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aPeerThatCannotIsLeftOut(@TempDir Path folder) throws IOException {
        Path script =
                Files.writeString(
                        folder.resolve("peer"),
                        """
                        case "$*" in
                        *engine=compiled*) echo '{"ready": false, "reason": "no compiler"}'; exit;;
                        esac
                        echo '{"ready": true, "engine": "test", "params_mib": 1}'
                        while read -r line; do
                            case $line in
                            step*) echo '{"ms": [2.0]}';;
                            *) echo '{"peak_mib": 3, "rest_mib": 5, "rss_peak_mib": 3, "source": "counted"}';;
                            esac
                        done
                        """);
        var tools = new Tools(null, List.of("sh", script.toString()), 1);
        Point whole = TINY.whole().onEngine("python");
        List<String> log = new ArrayList<>();
        List<Row> rows =
                new Benchmark(tools, 1, 6, log::add)
                        .measure(List.of(whole, TINY.onEngine("compiled")));
        assertThat(rows).extracting(Row::point).containsExactly(whole);
        assertThat(rows.get(0).total()).isEqualTo(8);
        assertThat(rows.get(0).toStore()).isEqualTo(new Row.Ratio(1, 1, 1));
        assertThat(rows.get(0).kernels()).isEmpty();
        assertThat(log.get(0)).contains("compiled vit").contains("no compiler");
    }

    @Test
    void aLibraryThatCountsNothingIsAnError() {
        Tools absent = new Tools(Path.of("missing", "memory.so"), List.of(), 1);
        assertThatThrownBy(() -> new Benchmark(absent, 1, 1, line -> {}).measure(List.of(TINY)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no allocation has been counted")
                .hasMessageContaining("missing");
    }

    @Test
    void aProcessThatDiesIsNamedWithTheEndOfItsLog() {
        Point impossible = TINY.withSize(16, 3, 16);
        assertThatThrownBy(
                        () -> new Benchmark(TOOLS, 1, 1, line -> {}).measure(List.of(impossible)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("heads=3")
                .hasMessageContaining("multiple of heads");
    }

    @Test
    void anInterruptEndsWhatMeasures() {
        Set<ProcessHandle> before = ProcessHandle.current().children().collect(Collectors.toSet());
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> new Benchmark(TOOLS, 1, 1, line -> {}).measure(List.of(TINY)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("interrupted while measuring");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(ProcessHandle.current().children().filter(child -> !before.contains(child)))
                .allSatisfy(
                        child -> assertThat(child.onExit()).succeedsWithin(Duration.ofSeconds(10)));
    }

    @Test
    void everyOneIsFirstAsOftenAndBehindDifferentOnes() {
        assertThat(IntStream.range(0, 4).mapToObj(r -> Benchmark.rotated(List.of(1, 2), r).get(0)))
                .containsExactlyInAnyOrder(1, 1, 2, 2);
        assertThat(IntStream.range(0, 4).mapToObj(r -> Benchmark.rotated(List.of(1, 2, 3), r)))
                .doesNotHaveDuplicates();
    }
}
