package org.bdia.experiment;

import org.bdia.data.Cifar;

/** Where an experiment begins: {@code Experiment.cifar10().methods(…).run()}. */
public final class Experiment {

    private Experiment() {}

    /** A vision transformer on CIFAR-10, sized by the profile that BDIA_PROFILE names. */
    public static CifarExperiment cifar10() {
        return CifarExperiment.of(Cifar.Kind.CIFAR_10);
    }

    /** A vision transformer on CIFAR-100, sized by the profile that BDIA_PROFILE names. */
    public static CifarExperiment cifar100() {
        return CifarExperiment.of(Cifar.Kind.CIFAR_100);
    }

    /** How exactly every state is rebuilt, against depth, before and after training. */
    public static ExactnessExperiment exactness() {
        return ExactnessExperiment.create();
    }
}
