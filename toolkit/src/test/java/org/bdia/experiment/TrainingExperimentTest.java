package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import org.bdia.config.Method;
import org.junit.jupiter.api.Test;

class TrainingExperimentTest {

    @Test
    void saysWhatItCompares() {
        var experiment =
                Experiment.cifar10()
                        .methods(Method.standard(), Method.bdia(0.25))
                        .onlySeeds(0L, 1L);
        assertThat(experiment)
                .hasToString(
                        "experiment on cifar10: standard, bdia γ=0.25; seeds 0, 1; profile "
                                + Environment.current().profile().label());
    }

    @Test
    void aSearchHasALineForEveryRate() {
        var preset = Experiment.cifar10();
        double peak = preset.train().schedule().peak();
        var search = preset.rates(Variant.of(Method.bdia(0.5)).withDropout(0.1), 0.5, 2);
        assertThat(search.onlySeeds(101L).configs())
                .extracting(run -> run.train().schedule().peak(), run -> run.model().dropout())
                .containsExactly(tuple(0.5 * peak, 0.1), tuple(2 * peak, 0.1));
        assertThat(search.toString()).contains("bdia+dropout0.1+lr");
    }
}
