package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Result;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferenceComparisonTest {

    @TempDir private Path folder;

    private Outcome finished(Method method) {
        return Runs.finished(folder, Runs.small(method, Backprop.STORE, 3));
    }

    private InferenceComparison compare(Outcome outcome, Method... methods) {
        return InferenceComparison.of(
                List.of(outcome), RunStore.at(folder), DataFolder.at(folder), methods);
    }

    private static double value(InferenceComparison comparison, String stage, String metric) {
        return comparison.results().stream()
                .filter(r -> r.metric().equals(metric) && r.stage().equals(stage))
                .mapToDouble(Result::value)
                .findAny()
                .orElseThrow();
    }

    @Test
    void byItsOwnMethodItIsTheValidationThatTheRunRecorded() {
        Outcome outcome = finished(Method.bdia(0.5));
        double recorded = Runs.lastValidationLoss(outcome);

        var comparison = compare(outcome, Method.bdia(0.5), Method.quantised(), Method.standard());

        assertThat(value(comparison, "as-bdia", "val_loss_inferred"))
                .isCloseTo(recorded, within(1e-9))
                .isEqualTo(value(comparison, "as-quantised", "val_loss_inferred"))
                .isNotEqualTo(value(comparison, "as-standard", "val_loss_inferred"));
        assertThat(value(comparison, "as-bdia", "inference_time_ratio")).isEqualTo(1);
    }

    @Test
    void theFinerTheGridTheCloserToThePlainTransformer() {
        Method[] methods = {
            Method.standard(), Method.quantised().withLevel(5), Method.quantised().withLevel(12)
        };
        var comparison = compare(finished(Method.standard()), methods);
        double plain = value(comparison, "as-standard", "val_loss_inferred");
        double coarse = value(comparison, "as-quantised+l5", "val_loss_inferred");
        double fine = value(comparison, "as-quantised+l12", "val_loss_inferred");

        assertThat(Math.abs(fine - plain)).isLessThan(Math.abs(coarse - plain));
        assertThat(fine).isCloseTo(plain, within(1e-3));
    }

    @Test
    void theTableHasALineForEveryMethod() {
        var table =
                compare(finished(Method.quantised()), Method.standard(), Method.quantised())
                        .table();

        assertThat(table.columnNames())
                .containsExactly(
                        "trained as",
                        "inferred",
                        "validation loss inferred",
                        "validation loss inferred std",
                        "validation loss inferred n",
                        "validation accuracy inferred",
                        "validation accuracy inferred std",
                        "validation accuracy inferred n",
                        "inference time ratio",
                        "inference time ratio std",
                        "inference time ratio n");
        assertThat(table.stringColumn("inferred").asList())
                .containsExactly("as-standard", "as-quantised");
        assertThat(table.doubleColumn("inference time ratio").get(0)).isOne();
        assertThat(table.intColumn("inference time ratio n").get(0)).isOne();
    }

    @Test
    void variantsOfOneMethodHaveLinesOfTheirOwn() {
        var half = finished(Method.bdia(0.5));
        var quarter = finished(Method.bdia(0.25));
        var table =
                InferenceComparison.of(
                                List.of(half, quarter),
                                RunStore.at(folder),
                                DataFolder.at(folder),
                                Method.standard())
                        .table();

        assertThat(table.stringColumn("trained as").asList())
                .containsExactly(half.variant().label(), quarter.variant().label());
    }

    @Test
    void aTwoStepMethodInfersNoOtherMethodsWeights() {
        Outcome midpoint = finished(Method.midpoint());

        assertThat(compare(midpoint, Method.midpoint().withLevel(12), Method.midpoint()).results())
                .isNotEmpty();
        assertThatThrownBy(() -> compare(midpoint, Method.standard()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("trained by midpoint, but the inference is to be standard's")
                .hasMessageContaining("the weights of one are not the other's");
        assertThatThrownBy(() -> compare(finished(Method.standard()), Method.midpoint()))
                .hasMessageContaining("trained by standard, but the inference is to be midpoint's");
    }

    @Test
    void otherWeightsAreRefused() {
        Outcome two = finished(Method.revNet());

        assertThatThrownBy(() -> compare(two, Method.standard()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("weights");
        assertThatThrownBy(() -> compare(two))
                .hasMessageContaining("no method to compute the inference");
    }
}
