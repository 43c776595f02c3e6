package org.bdia.experiment;

import org.bdia.config.GptConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.TextCorpus;

/** Where an experiment begins: {@code Experiment.cifar10().methods(…).run()}. */
public final class Experiment {

    private Experiment() {}

    /** A vision transformer on CIFAR-10, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Images, VitConfig> cifar10() {
        return Presets.cifar(Cifar.Kind.CIFAR_10, Environment.current());
    }

    /** A vision transformer on CIFAR-100, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Images, VitConfig> cifar100() {
        return Presets.cifar(Cifar.Kind.CIFAR_100, Environment.current());
    }

    /** English into French, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Translation, Seq2SeqConfig> translation() {
        return Presets.translation(Environment.current());
    }

    /** A small GPT on OpenWebText, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> gpt2() {
        return gpt2(TextCorpus.Source.OPENWEBTEXT);
    }

    /** A small GPT on one of the corpora, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> gpt2(TextCorpus.Source source) {
        return Presets.gpt(source, Environment.current());
    }

    /**
     * A GPT fine-tuned on E2E NLG, sized by the profile that BDIA_PROFILE names: from published weights where the data
     * folder has them and the profile is the paper's, else from a small GPT that is trained on OpenWebText first.
     */
    public static TrainingExperiment<TaskConfig.Restaurants, GptConfig> e2e() {
        return Presets.e2e(Environment.current());
    }

    /** How exactly every state is rebuilt, against depth, before and after training. */
    public static ExactnessExperiment exactness() {
        return ExactnessExperiment.create();
    }

    /** Peak memory and time of one training step, every way to train side by side, sized by the profile. */
    public static MemoryExperiment memory() {
        return MemoryExperiment.create();
    }

    /** How far the derivatives of inverted activations are from the exact ones. */
    public static DerivativeErrors derivatives() {
        return DerivativeErrors.measure();
    }

    /** What inverted activations save and cost in one training step. */
    public static ActivationMemory activations() {
        return ActivationMemory.measure();
    }
}
