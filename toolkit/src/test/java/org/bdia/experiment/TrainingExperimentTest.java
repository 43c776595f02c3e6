package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

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
}
