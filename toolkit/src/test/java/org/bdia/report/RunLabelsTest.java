package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import org.bdia.config.Json;
import org.junit.jupiter.api.Test;

class RunLabelsTest {
    private static final String STANDARD = "'method': {'name': 'standard'}, 'backprop': 'STORE'";
    private static final String BDIA =
            "'method': {'name': 'bdia', 'gamma': 0.5, 'level': 9}, 'backprop': 'REVERSIBLE'";

    @Test
    void methodsAloneAreNamedByTheirMethod() {
        assertThat(labels(STANDARD + ", 'seed': 0", BDIA + ", 'seed': 0", BDIA + ", 'seed': 1"))
                .containsExactly("standard", "bdia", "bdia");
    }

    @Test
    void aSplitThatTheRunsSeedDrawsDoesNotTellSeedsApart() {
        String first = ", 'seed': 1, 'task': {'splitSeed': 1}";
        String second = ", 'seed': 2, 'task': {'splitSeed': 2}";
        assertThat(labels(STANDARD + first, STANDARD + second, BDIA + first, BDIA + second))
                .containsExactly("standard", "standard", "bdia", "bdia");
        assertThat(labels(STANDARD + first, STANDARD + ", 'seed': 1, 'task': {'splitSeed': 2}"))
                .containsExactly("standard+splitSeed1", "standard+splitSeed2");
    }

    @Test
    void whatGoesWithAMethodIsToldAmongItsRunsAlone() {
        assertThat(
                        labels(
                                STANDARD,
                                BDIA,
                                BDIA.replace("REVERSIBLE", "STORE"),
                                BDIA.replace("0.5", "0.25").replace("9", "5")))
                .containsExactly(
                        "standard",
                        "bdia+l9 γ=0.5 (reversible)",
                        "bdia+l9 γ=0.5 (store)",
                        "bdia+l5 γ=0.25 (reversible)");
    }

    @Test
    void otherKeysAreToldInAllRunsButZeroGoesWithoutSaying() {
        assertThat(
                        labels(
                                STANDARD + ", 'model': {'dropout': 0.0, 'depth': 6}",
                                STANDARD + ", 'model': {'dropout': 0.1, 'depth': 6}",
                                BDIA + ", 'model': {'dropout': 0.0, 'depth': 12}"))
                .containsExactly("standard+depth6", "standard+depth6+dropout0.1", "bdia+depth12");
        assertThat(
                        labels(
                                STANDARD + ", 'task': {'augment': true}",
                                STANDARD + ", 'task': {'augment': false}"))
                .containsExactly("standard+augment", "standard");
    }

    @Test
    void zeroGoesWithoutSaying() {
        assertThat(
                        labels(
                                STANDARD + ", 'model': {'name': 'vit', 'dropPath': 0.0}",
                                STANDARD + ", 'model': {'name': 'vit', 'dropPath': 0.1}"))
                .containsExactly("standard", "standard+dropPath0.1");
    }

    @Test
    void aKeyThatOneOfTwoRunsLacksIsToldWhereNothingElseTellsThemApart() {
        assertThat(
                        labels(
                                STANDARD,
                                STANDARD + ", 'precision': 'BFLOAT16'",
                                STANDARD + ", 'train': {'patience': 5}",
                                STANDARD + ", 'train': {'patience': 5}, 'seed': 1",
                                STANDARD + ", 'train': {'microBatches': 4, 'headTokens': 128}"))
                .containsExactly(
                        "standard",
                        "standard+precisionbfloat16",
                        "standard+patience5",
                        "standard+patience5",
                        "standard+headTokens128+microBatches4");
    }

    @Test
    void aKindIsNamedByItsNameAndEqualKeysByTheirPaths() {
        assertThat(
                        labels(
                                STANDARD
                                        + ", 'train': {'optimizer': {'name': 'adam-w', 'decay': 0.1}}",
                                STANDARD + ", 'train': {'optimizer': {'name': 'set-adam'}}"))
                .containsExactly("standard+adam-w", "standard+set-adam");
        assertThat(
                        labels(
                                STANDARD + ", 'a': {'epochs': 1}, 'b': {'epochs': 2}",
                                STANDARD + ", 'a': {'epochs': 2}, 'b': {'epochs': 3}"))
                .containsExactly("standard+a.epochs1+b.epochs2", "standard+a.epochs2+b.epochs3");
    }

    private static List<String> labels(String... configs) {
        return RunLabels.of(
                Arrays.stream(configs)
                        .map(c -> "{" + c.replace('\'', '"') + "}")
                        .map(text -> Json.parse(text, JsonNode.class, "test"))
                        .toList());
    }
}
