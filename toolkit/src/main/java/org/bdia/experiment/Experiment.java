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
        return ImageWorkload.preset(Cifar.Kind.CIFAR_10, Environment.current());
    }

    /** A vision transformer on CIFAR-100, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Images, VitConfig> cifar100() {
        return ImageWorkload.preset(Cifar.Kind.CIFAR_100, Environment.current());
    }

    /** English into French, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Translation, Seq2SeqConfig> translation() {
        return TranslationWorkload.preset(Environment.current());
    }

    /** A small GPT on OpenWebText, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> gpt2() {
        return gpt2(TextCorpus.Source.OPENWEBTEXT);
    }

    /** A small GPT on one of the corpora, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> gpt2(TextCorpus.Source source) {
        return TextWorkload.preset(source, Environment.current());
    }

    /**
     * A GPT fine-tuned on E2E NLG, sized by the profile that BDIA_PROFILE names: from published weights where the data
     * folder has them and the profile is the paper's, else from a small GPT that is trained on OpenWebText first.
     */
    public static TrainingExperiment<TaskConfig.E2eNlg, GptConfig> e2e() {
        return E2eWorkload.preset(Environment.current());
    }

    /** Reconstruction error of every state, against depth, before and after training. */
    public static ExactnessExperiment exactness() {
        return ExactnessExperiment.create();
    }

    /** Peak memory and time of one training step, every way to train side by side, sized by the profile. */
    public static MemoryExperiment memory() {
        return MemoryExperiment.create();
    }

    /** Errors of the derivatives of inverted activations. */
    public static DerivativeErrors derivatives() {
        return DerivativeErrors.measure();
    }

    /** Memory and time of inverted activations in one training step. */
    public static ActivationMemory activations() {
        return ActivationMemory.measure();
    }
}
