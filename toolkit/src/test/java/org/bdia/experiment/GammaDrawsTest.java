package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Result;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GammaDrawsTest {

    @TempDir private Path folder;

    private Outcome finished(RunConfig config) {
        return Runs.finished(folder, config);
    }

    private GammaDraws draws(Method method, int draws, Outcome... outcomes) {
        return GammaDraws.of(
                List.of(outcomes),
                RunStore.at(folder),
                DataFolder.at(folder),
                Runs.CAPTION,
                method,
                draws);
    }

    private static double value(GammaDraws draws, String metric) {
        return draws.results().stream()
                .filter(row -> row.metric().equals(metric))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void atTheMeanOfGammaItIsTheValidationThatTheRunRecorded() {
        for (Method method : List.of(Method.standard(), Method.bdia(0.5))) {
            Outcome outcome = finished(Runs.small(method, Backprop.STORE, 3));
            assertThat(
                            value(
                                    draws(
                                            method.gamma() == 0 ? Method.bdiaFloat(0.5) : method,
                                            2,
                                            outcome),
                                    "val_loss_expected"))
                    .isCloseTo(Runs.lastValidationLoss(outcome), within(1e-6));
        }
    }

    @Test
    void anAveragedPredictionIsNeverWorseThanTheMeanOfTheDraws() {
        // Jensen's inequality: the negative logarithm is convex.
        GammaDraws draws =
                draws(
                        Method.bdia(0.5),
                        4,
                        finished(Runs.small(Method.bdia(0.5), Backprop.STORE, 3)));

        assertThat(value(draws, "val_loss_averaged")).isLessThan(value(draws, "val_loss_drawn"));
        assertThat(value(draws, "logit_spread")).isPositive();
    }

    @Test
    void logitsHardlySpreadWhereGammaIsSmall() {
        Outcome outcome = finished(Runs.small(Method.bdia(0.5), Backprop.STORE, 3));
        GammaDraws small = draws(Method.bdiaFloat(0.001), 4, outcome);

        assertThat(value(small, "logit_spread"))
                .isLessThan(0.01 * value(draws(Method.bdiaFloat(0.5), 4, outcome), "logit_spread"));
        assertThat(value(small, "val_loss_drawn"))
                .isCloseTo(value(small, "val_loss_expected"), within(1e-3));
    }

    @Test
    void aTableHasALinePerVariantAndStatesAreMeasuredInOrder() {
        Outcome plain = finished(Runs.small(Method.standard(), Backprop.STORE, 3));
        Outcome bdia = finished(Runs.small(Method.bdia(0.5), Backprop.STORE, 3));
        GammaDraws draws = draws(Method.bdia(0.5), 2, plain, bdia);

        assertThat(draws.table().stringColumn("method").asList())
                .containsExactly("standard", "bdia (store)");
        assertThat(draws.table().columnNames())
                .contains("validation loss expected", "validation loss averaged", "logit spread");
        assertThat(draws.results())
                .filteredOn(row -> row.metric().equals("state_rms") && row.method().equals("bdia"))
                .extracting(Result::stage)
                .startsWith("x0", "x1", "x2")
                .hasSize(bdia.config().model().depth() + 1);
        assertThat(draws.states().series()).hasSize(2);
    }

    @Test
    void tooFewDrawsAndMethodsWithoutGammaAreRefused() {
        Outcome outcome = finished(Runs.small(Method.standard(), Backprop.STORE, 3));

        assertThatThrownBy(() -> draws(Method.bdia(0.5), 1, outcome))
                .hasMessageContaining("2 draws or more");
        assertThatThrownBy(() -> draws(Method.standard(), 2, outcome))
                .hasMessageContaining("standard draws no gamma");
    }
}
