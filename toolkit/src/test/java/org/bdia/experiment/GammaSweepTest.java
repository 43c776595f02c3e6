package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.TextCorpus;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Result;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GammaSweepTest {

    @TempDir private Path folder;

    private Outcome finished(RunConfig config) {
        return Runs.finished(folder, config);
    }

    private GammaSweep sweep(List<Outcome> outcomes, double... gammas) {
        return GammaSweep.of(
                outcomes, RunStore.at(folder), DataFolder.at(folder), Runs.CAPTION, gammas);
    }

    @Test
    void atGammaNoughtItIsTheValidationThatTheRunRecorded() {
        List<Outcome> outcomes =
                List.of(
                        finished(Runs.small(Method.standard(), Backprop.STORE, 3)),
                        finished(Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 3)),
                        finished(text()),
                        finished(translation()));
        for (Outcome outcome : outcomes) {
            List<Result> rows = sweep(List.of(outcome), 0.5, -0.0, -0.5).results();
            double recorded = Runs.lastValidationLoss(outcome);

            assertThat(value(rows, "gamma0.0")).isCloseTo(recorded, within(1e-9));
            assertThat(value(rows, "gamma-0.5")).isNotEqualTo(value(rows, "gamma0.5"));
            assertThat(rows).extracting(Result::stage).contains("gamma-0.5", "gamma0.5");
        }
    }

    private static double value(List<Result> rows, String stage) {
        return rows.stream()
                .filter(r -> r.metric().equals("val_loss_at_gamma") && r.stage().equals(stage))
                .findAny()
                .orElseThrow()
                .value();
    }

    private static RunConfig text() {
        return new RunConfig(
                new TaskConfig.Text(
                        TextCorpus.Source.SHAKESPEARE,
                        TextCorpus.Unit.CHARACTERS,
                        900,
                        200,
                        100,
                        0,
                        true),
                new GptConfig(50257, 64, 8, 2, 2, 8, 0, ActivationConfig.GELU),
                Method.bdia(0.5),
                Backprop.STORE,
                true,
                TrainConfig.of(1, 4, 1e-3),
                3);
    }

    private static RunConfig translation() {
        return new RunConfig(
                new TaskConfig.Translation(60, 8, 4, 9, 60, 1, 0, true),
                new Seq2SeqConfig(9, 9, 60, 8, 2, 2, 2, 8, 0),
                Method.standard(),
                Backprop.STORE,
                true,
                TrainConfig.of(1, 4, 1e-3),
                3);
    }

    @Test
    void curvesRunOverGamma() {
        Outcome outcome = finished(Runs.small(Method.bdia(0.5), Backprop.STORE, 3));
        GammaSweep sweep = sweep(List.of(outcome), -0.5, 0, 0.5);

        assertThat(sweep.curves("validation accuracy").series()).hasSize(1);
        assertThat(sweep.curves("val_accuracy")).isEqualTo(sweep.curves("validation accuracy"));
        var table = sweep.table();
        assertThat(table.columnNames())
                .containsExactly("method", "seed", "γ", "val_accuracy", "val_loss");
        assertThat(table.where(table.numberColumn("γ").isLessThan(0)).rowCount()).isOne();
        assertThatThrownBy(() -> sweep.curves("validation perplexity"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("there is no metric 'validation perplexity'; there are ");
        assertThatThrownBy(() -> sweep(List.of(outcome)))
                .hasMessageContaining("a sweep needs at least one gamma");
    }

    @Test
    void twoStreamsHaveNoGammaToSweep() {
        Outcome outcome = finished(Runs.small(Method.revNet(), Backprop.STORE, 3));

        assertThatThrownBy(() -> sweep(List.of(outcome), 0.25))
                .hasMessageContaining("RevNet[] has no gamma");
    }
}
