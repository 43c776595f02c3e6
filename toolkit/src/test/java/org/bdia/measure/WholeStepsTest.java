package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.stream.Stream;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.nn.Gpt;
import org.bdia.train.TrainingDivergedException;
import org.junit.jupiter.api.Test;

class WholeStepsTest {

    private static final Point POINT =
            Point.base("gpt", 2)
                    .withSize(16, 2, 16)
                    .withBatch(2)
                    .withTokens(4)
                    .with(Method.bdia(0.5), Backprop.REVERSIBLE);

    @Test
    void theyTrainAndUpdatesInTheBackwardPassTrainTheSame() {
        List<Float> after = losses(POINT.whole());
        assertThat(after).doesNotHaveDuplicates();
        assertThat(losses(POINT.perBlock(0))).isEqualTo(after);
    }

    @Test
    void aStepThatFailsSaysWhy() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            Gpt gpt = gpt(manager);
            gpt.getParameters().valueAt(0).getArray().muli(Float.NaN);
            try (var steps = WholeSteps.of(POINT.whole(), gpt, manager)) {
                assertThatThrownBy(steps::step)
                        .isInstanceOf(IllegalStateException.class)
                        .hasCauseInstanceOf(TrainingDivergedException.class);
            }
        }
    }

    private static List<Float> losses(Point point) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                var steps = WholeSteps.of(point, gpt(manager), manager)) {
            return Stream.generate(steps::step).limit(9).toList();
        }
    }

    private static Gpt gpt(NDManager manager) {
        var gpt =
                new Gpt(
                        (GptConfig) POINT.model(),
                        POINT.computed(),
                        Execution.of(Backprop.REVERSIBLE));
        gpt.initialize(manager, 1);
        return gpt;
    }
}
