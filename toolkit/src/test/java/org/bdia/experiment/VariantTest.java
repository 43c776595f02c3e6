package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.junit.jupiter.api.Test;

/** The switches of the plain transformer: what each is called, and the one thing that it changes. */
class VariantTest {

    private static final Variant PLAIN = Variant.of(Method.standard());
    private static final TrainConfig TRAIN = TrainConfig.of(1, 10, 1e-3);

    private static List<RunConfig> configs(TrainConfig train, Variant... variants) {
        return TrainingExperiment.preset(
                        new TaskConfig.Images(Cifar.Kind.CIFAR_10, 50, 10, 10, true, 0, true),
                        VitConfig.smoke(),
                        train,
                        Environment.of(Map.of()))
                .variants(variants)
                .onlySeeds(0L)
                .configs();
    }

    @Test
    void everySwitchHasItsName() {
        assertThat(PLAIN.withDropout(0.1).label()).isEqualTo("standard+dropout0.1");
        assertThat(PLAIN.withDropPath(0.1).label()).isEqualTo("standard+droppath0.1");
        assertThat(PLAIN.withWeightDecay(0.1).label()).isEqualTo("standard+decay0.1");
        assertThat(PLAIN.withLabelSmoothing(0.1).label()).isEqualTo("standard+smooth0.1");
        assertThat(PLAIN.checkpointed().label()).isEqualTo("standard (checkpoint)");
        assertThat(PLAIN.checkpointed().resultLabel()).isEqualTo("standard");
        assertThat(Variant.of(Method.revNet()).withDropPath(0.2).resultLabel())
                .isEqualTo("revnet+droppath0.2");
        assertThat(Variant.of(Method.midpoint()).label()).isEqualTo("midpoint");
        assertThat(Variant.of(Method.midpoint().withLevel(8)).checkpointed().label())
                .isEqualTo("midpoint+l8 (checkpoint)");
    }

    @Test
    void everyGammaHasItsName() {
        assertThat(Variant.of(Method.bdia(0.5).perBatch()).label()).isEqualTo("bdia+batch");
        assertThat(Variant.of(Method.bdia(0.25).withLevel(12)).label())
                .isEqualTo("bdia+l12 γ=0.25");
        assertThat(Variant.of(Method.bdiaFloat(0.6)).label()).isEqualTo("bdia-float γ=0.6");
        assertThat(Variant.of(Method.bdiaFloat(0.5).uniform()).label())
                .isEqualTo("bdia-float+uniform");
        assertThat(Variant.of(Method.bdiaFloat(0.5).uniform().perBatch()).resultLabel())
                .isEqualTo("bdia-float+uniform+batch");
    }

    @Test
    void methodsThatRebuildAreReversed() {
        for (Method method : Methods.all()) {
            // BDIA in floating point rebuilds states, but its rounding errors double per block.
            boolean rebuilds = method.invertible() && !method.label().equals("bdia-float");
            assertThat(Variant.of(method).backprop())
                    .as(method.label())
                    .isEqualTo(rebuilds ? Backprop.REVERSIBLE : Backprop.STORE);
        }
    }

    @Test
    void aSwitchChangesOneThing() {
        List<RunConfig> runs =
                configs(
                        TRAIN,
                        PLAIN,
                        PLAIN.withDropPath(0.1),
                        PLAIN.withWeightDecay(0.1),
                        PLAIN.withLabelSmoothing(0.1),
                        PLAIN.checkpointed());
        RunConfig plain = runs.get(0);

        assertThat(runs.get(1).model()).isEqualTo(plain.model().withDropPath(0.1));
        assertThat(runs.get(1).train()).isEqualTo(plain.train());
        assertThat(runs.get(2).train()).isEqualTo(TRAIN.withOptimizer(OptimizerConfig.adamW(0.1)));
        assertThat(runs.get(3).train()).isEqualTo(TRAIN.withLabelSmoothing(0.1));
        assertThat(runs.subList(2, 5)).allMatch(run -> run.model().equals(plain.model()));
        assertThat(runs.get(4).backprop()).isEqualTo(Backprop.CHECKPOINT);
        assertThat(configs(TRAIN, PLAIN.withInvertedActivation()).get(0).model().activation())
                .isEqualTo(ActivationConfig.inverted(ActivationConfig.Function.GELU));
        assertThat(runs.stream().map(RunConfig::id).distinct()).hasSize(runs.size());
    }

    @Test
    void changesAddUp() {
        Variant several =
                PLAIN.withLearningRate(2e-3)
                        .withOptimizer(OptimizerConfig.setAdam())
                        .withDropout(0.1)
                        .withLabelSmoothing(0.2);

        RunConfig run = configs(TRAIN, several).get(0);

        assertThat(several.label()).isEqualTo("standard+lr0.002+setadam+dropout0.1+smooth0.2");
        assertThat(PLAIN.withLearningRate(1e-4).label()).isEqualTo("standard+lr0.0001");
        Variant renamed = several.named("");
        assertThat(renamed.label()).isEqualTo("standard");
        assertThat(configs(TRAIN, renamed)).containsExactly(run);
        assertThat(run.model()).isEqualTo(VitConfig.smoke().withDropout(0.1));
        assertThat(run.train())
                .isEqualTo(
                        TRAIN.withSchedule(new Schedule.WarmupCosine(2e-3, 40, 0.01))
                                .withOptimizer(OptimizerConfig.setAdam())
                                .withLabelSmoothing(0.2));
        assertThat(new Schedule.Constant(1e-3).withPeak(1).peak()).isEqualTo(1);
    }

    @Test
    void weightDecayNeedsAnOptimiserThatHasIt() {
        TrainConfig setAdam = TRAIN.withOptimizer(OptimizerConfig.setAdam());

        assertThatThrownBy(() -> configs(setAdam, PLAIN.withWeightDecay(0.1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "SET-Adam has no weight decay, but 0.1 is wanted; train with"
                                + " OptimizerConfig.adamW(0.1)");
    }
}
