package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.Records;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final Provenance DATA = new Provenance("set", "files", false, "00");
    private static final Manifest BEGUN = Manifest.begin("gpu(0)", "engine 1", DATA, START);

    @Test
    void theMachineIsDescribed() {
        assertThat(BEGUN.cpu()).isNotBlank();
        assertThat(BEGUN.java()).startsWith(System.getProperty("java.version"));
        assertThat(BEGUN.os()).contains(System.getProperty("os.arch"));
        assertThat(BEGUN.cores()).isPositive();
        assertThat(BEGUN.memoryBytes()).isGreaterThan(Runtime.getRuntime().freeMemory());
        assertThat(BEGUN.version()).isNotBlank();
        assertThat(BEGUN.device()).isEqualTo("gpu(0)");
        assertThat(BEGUN.engine()).isEqualTo("engine 1");
    }

    @Test
    void hoursAddUpOverSessionsAndLeaveOutThePause() {
        var quarter = Duration.ofMinutes(15);
        var half = START.plus(Duration.ofMinutes(30));
        var first = BEGUN.until(START.plus(quarter), quarter).until(half, quarter);
        var later = START.plus(Duration.ofDays(2));
        var second = Manifest.begin("cpu()", "engine 2", DATA, later).resuming(first);
        var hour = Duration.ofHours(1);
        var end = second.until(later.plus(hour), hour);
        assertThat(end.hours()).isCloseTo(1.5, within(1e-9));
        assertThat(end.started()).isEqualTo(START);
        assertThat(end.finished()).isEqualTo(later.plus(hour));
    }

    @Test
    void aResumedRunNamesEveryMachineThatComputedIt() {
        Manifest first = on("A+ (R) Processor", "gpu(0)", "engine 1");
        Manifest second = on("A", "cpu()", "engine 1");
        assertThat(first.resuming(first)).isEqualTo(first);

        Manifest resumed = first.resuming(second.resuming(first));
        assertThat(resumed.cpu()).isEqualTo("A+ (R) Processor then A");
        assertThat(resumed.device()).isEqualTo("gpu(0) then cpu()");
        assertThat(resumed.engine()).isEqualTo("engine 1");
        assertThat(resumed.java()).isEqualTo(BEGUN.java());
        assertThat(Json.parse(Json.canonical(resumed), Manifest.class, "text")).isEqualTo(resumed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "java", "os", "cpu", "device", "engine"})
    void nothingThatASessionNamesIsForgotten(String key) {
        Manifest other = Records.with(BEGUN, key, "another");
        Manifest resumed = other.resuming(BEGUN);
        assertThat(Json.tree(Json.canonical(resumed), "text").get(key).asText())
                .isEqualTo(
                        Json.tree(Json.canonical(BEGUN), "text").get(key).asText()
                                + " then another");
    }

    private static Manifest on(String cpu, String device, String engine) {
        return Records.with(
                Records.with(Records.with(BEGUN, "cpu", cpu), "device", device), "engine", engine);
    }

    @Test
    void aResumedRunKnowsTheKernelsThatWereWrong() {
        var first = BEGUN.withPlainKernels(List.of("a", "b"));
        var second = Manifest.begin("cpu()", "engine 2", DATA, START).resuming(first);
        assertThat(second.plainKernels()).containsExactly("a", "b");
        assertThat(second.until(START, Duration.ZERO).plainKernels()).containsExactly("a", "b");
    }

    @Test
    void aClockSetBackChangesNoHours() {
        var end = BEGUN.until(START.minus(Duration.ofDays(1)), Duration.ofMinutes(90));
        assertThat(end.hours()).isCloseTo(1.5, within(1e-9));
    }

    @Test
    void aResumedRunNamesEveryCommitThatComputedIt() {
        JsonNode begun = Json.tree(Json.canonical(BEGUN), "text");
        Manifest a = at("aa", begun);
        Manifest b = at("bb", begun);
        assertThat(a.resuming(a).commit()).isEqualTo("aa");
        assertThat(b.resuming(a).commit()).isEqualTo("aa+bb");
        assertThat(a.resuming(b.resuming(a)).commit()).isEqualTo("aa+bb");
    }

    @Test
    void aResumedRunNamesEveryArithmeticThatComputedIt() {
        assertThat(BEGUN.arithmetic()).isEqualTo(Build.ARITHMETIC);
        ObjectNode old = (ObjectNode) Json.tree(Json.canonical(BEGUN), "text");
        old.remove("arithmetic");
        Manifest before = Json.parse(old.toString(), Manifest.class, "text");
        assertThat(before.arithmetic()).isEqualTo("unknown");
        assertThat(BEGUN.resuming(BEGUN).arithmetic()).isEqualTo(Build.ARITHMETIC);
        Manifest resumed = BEGUN.resuming(before).until(START, Duration.ZERO);
        assertThat(resumed.arithmetic()).isEqualTo("unknown+" + Build.ARITHMETIC);
    }

    private static Manifest at(String commit, JsonNode manifest) {
        ((ObjectNode) manifest).put("commit", commit);
        return Json.parse(manifest.toString(), Manifest.class, "text");
    }

    @Test
    void itSurvivesJson() {
        assertThat(Json.parse(Json.canonical(BEGUN), Manifest.class, "text")).isEqualTo(BEGUN);
        var broken = Json.canonical(BEGUN).replace("2026-01-02T", "");
        assertThatThrownBy(() -> Json.parse(broken, Manifest.class, "manifest.json"))
                .isInstanceOf(FileException.class)
                .hasMessageContainingAll("manifest.json", "03:04:05.678Z");
    }
}
