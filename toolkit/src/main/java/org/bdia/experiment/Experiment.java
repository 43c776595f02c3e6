package org.bdia.experiment;

import java.nio.file.Path;
import org.bdia.config.GptConfig;
import org.bdia.config.OwnData;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.TextCorpus;

/** Where an experiment begins: {@code Experiment.cifar10().methods(…).run()}. */
public final class Experiment {

    private Experiment() {}

    /**
     * A vision transformer on CIFAR-10, sized by the profile that BDIA_PROFILE names; in the profile laptop trained until the plain
     * transformer over-fits, about ten minutes a run.
     */
    public static TrainingExperiment<TaskConfig.Images, VitConfig> cifar10() {
        return ImageWorkload.overFitting(Environment.current());
    }

    /** {@link #cifar10}, but in the profile laptop 15 epochs of images as they are, in patches of 4, which take minutes; BDIA has no better accuracy yet. */
    public static TrainingExperiment<TaskConfig.Images, VitConfig> cifar10Brief() {
        return ImageWorkload.brief(Cifar.Kind.CIFAR_10, Environment.current());
    }

    /** A vision transformer on CIFAR-100, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Images, VitConfig> cifar100() {
        return ImageWorkload.brief(Cifar.Kind.CIFAR_100, Environment.current());
    }

    /** English into French, sized by the profile that BDIA_PROFILE names. In laptop it trains until the plain transformer over-fits, minutes a run. */
    public static TrainingExperiment<TaskConfig.Translation, Seq2SeqConfig> translation() {
        return TranslationWorkload.overFitting(Environment.current());
    }

    /** {@link #translation}, but in the profile laptop five times the pairs for 10 epochs. */
    public static TrainingExperiment<TaskConfig.Translation, Seq2SeqConfig> translationBrief() {
        return TranslationWorkload.brief(Environment.current());
    }

    /** A small GPT on OpenWebText, sized by the profile that BDIA_PROFILE names. */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> openWebText() {
        return TextWorkload.preset(TextCorpus.Source.OPENWEBTEXT, Environment.current());
    }

    /**
     * A small GPT on Shakespeare's plays, in characters unless the profile is the paper's, sized by the profile that BDIA_PROFILE names.
     * In laptop it trains until the plain transformer over-fits, minutes a run.
     */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> shakespeare() {
        return TextWorkload.overFitting(Environment.current());
    }

    /** {@link #shakespeare}, but in the profile laptop four times the text for 40 epochs, at four times the learning rate. */
    public static TrainingExperiment<TaskConfig.Text, GptConfig> shakespeareBrief() {
        return TextWorkload.preset(TextCorpus.Source.SHAKESPEARE, Environment.current());
    }

    /**
     * A GPT fine-tuned on E2E NLG, sized by the profile that BDIA_PROFILE names: from published weights where the data
     * folder has them and the profile is the paper's, else from a small GPT that is trained on OpenWebText first.
     */
    public static TrainingExperiment<TaskConfig.E2eNlg, GptConfig> e2e() {
        return E2eWorkload.preset(Environment.current());
    }

    /**
     * A small vision transformer on your own images.
     *
     * @param folder a folder per class, see {@link org.bdia.data.ImageFolder}
     * @param side the side that images are brought to, in pixels; best a multiple of 8, the side of a patch
     * @throws org.bdia.data.DataException if it is none
     */
    public static TrainingExperiment<OwnData.Images, VitConfig> images(Path folder, int side) {
        return ImageWorkload.preset(folder, side, Environment.current());
    }

    /**
     * A small GPT on your own text, in characters.
     *
     * @param file UTF-8 text, see {@link TextCorpus#load(Path, TextCorpus.Unit, org.bdia.data.Parts, long)}
     */
    public static TrainingExperiment<OwnData.Text, GptConfig> text(Path file) {
        return TextWorkload.preset(file, Environment.current());
    }

    /**
     * A small translator on your own pairs of sentences.
     *
     * @param file a line per pair: source, a tab, target
     */
    public static TrainingExperiment<OwnData.Pairs, Seq2SeqConfig> pairs(Path file) {
        return TranslationWorkload.preset(file, Environment.current());
    }

    /**
     * A small GPT that completes your own prompts, in GPT-2's byte pairs.
     *
     * @param csv with the columns {@code prompt} and {@code completion}
     */
    public static TrainingExperiment<OwnData.Completions, GptConfig> completions(Path csv) {
        return E2eWorkload.preset(csv, Environment.current());
    }

    /** Reconstruction error of every state, against depth, before and after training. */
    public static ExactnessExperiment exactness() {
        return ExactnessExperiment.create();
    }

    /** Peak memory and time of one training step, every way to train side by side, sized by the profile. */
    public static MemoryExperiment memory() {
        return MemoryExperiment.create();
    }

    /**
     * Memory of one whole training step of a GPT, everything counted: GPT-2 medium, about 354 million weights, in the profiles laptop and paper.
     *
     * @throws IllegalStateException if not even the smallest way to train fits the free memory
     */
    public static WholeStep wholeStep() {
        return WholeStep.measure();
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
