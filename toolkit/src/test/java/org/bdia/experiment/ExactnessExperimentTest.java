package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bdia.notebook.Shown;
import org.bdia.report.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ExactnessExperimentTest {

    @Test
    void countsNoMismatchesForExactMethodsAndDriftForFloatingPoint() {
        ExactnessResult result = Experiment.exactness().depths(2, 8).steps(3).run();

        assertThat(result.results())
                .filteredOn(r -> r.metric().equals("mismatches") && r.method().equals("bdia"))
                .hasSize(8)
                .extracting(Result::value)
                .containsOnly(0.0);
        assertThat(result.results())
                .filteredOn(r -> r.metric().equals("mismatches") && r.method().equals("midpoint"))
                .hasSize(4)
                .extracting(Result::value)
                .containsOnly(0.0);
        assertThat(result.results())
                .filteredOn(r -> r.metric().equals("input_error") && r.depth() == 8)
                .filteredOn(r -> r.method().equals("bdia-float"))
                .hasSize(2)
                .allMatch(r -> r.value() > 1e-6);
        assertThat(result.results())
                .filteredOn(r -> r.metric().equals("input_error") && r.method().equals("revnet"))
                .hasSize(4)
                .allMatch(r -> r.value() > 0 && r.value() < 1e-3);
        assertThat(result.results())
                .filteredOn(r -> r.metric().equals("activations") && !r.method().equals("revnet"))
                .as("activations of a state, whose side bits end in the middle of a byte")
                .allMatch(r -> r.value() / (r.depth() + 1) % 8 != 0)
                .allMatch(r -> r.value() / (r.depth() + 1) % 4 != 0);
        assertThat(result.table().rowCount()).isEqualTo(20);
        assertThat(result.againstDepth().series()).hasSize(5);
        assertThat(result.insideTheDeepest().title()).endsWith("K = 8");
    }

    @Test
    @Timeout(60)
    void anInterruptEndsItAndItsProgressSaysSo() {
        Thread cell = Thread.currentThread();
        try (Shown shown = Shown.attach()) {
            new Thread(
                            () -> {
                                while (shown.texts().isEmpty()) {
                                    Thread.onSpinWait();
                                }
                                cell.interrupt();
                            })
                    .start();
            assertThatThrownBy(() -> Experiment.exactness().depths(2, 3).steps(100_000).run())
                    .isInstanceOf(ExperimentException.class)
                    .hasMessageContaining("interrupted");
            assertThat(shown.texts())
                    .last()
                    .asString()
                    .startsWith("K = 2")
                    .endsWith("· interrupted");
        } finally {
            Thread.interrupted();
        }
    }

    @Test
    void depthsAndStepsMustBePositive() {
        assertThatThrownBy(() -> Experiment.exactness().depths(0))
                .hasMessageContaining("at least 1, but they are [0]");
    }
}
