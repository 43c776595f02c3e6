package org.bdia.experiment;

import java.util.List;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.Schedule;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.Start;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.E2e;
import org.bdia.data.SentencePairs;
import org.bdia.data.TextCorpus;

/** Every experiment's sizes under every profile: the plain transformer beside BDIA. */
final class Presets {

    private static final List<Variant> BOTH =
            List.of(Variant.of(Method.standard()), Variant.of(Method.bdia(0.5)));

    /** GPT-2 medium's weights as Hugging Face publishes them. */
    private static final String PUBLISHED = "gpt2-medium/model.safetensors";

    private Presets() {}

    /** The tasks that have presets, by their labels. */
    static List<String> names() {
        return List.of("cifar10", "cifar100", "translation", "openwebtext", "shakespeare", "e2e");
    }

    /**
     * The preset of a task.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    static TrainingExperiment<?, ?> named(String task, Environment environment) {
        return switch (task) {
            case "cifar10" -> cifar(Cifar.Kind.CIFAR_10, environment);
            case "cifar100" -> cifar(Cifar.Kind.CIFAR_100, environment);
            case "translation" -> translation(environment);
            case "openwebtext" -> gpt(TextCorpus.Source.OPENWEBTEXT, environment);
            case "shakespeare" -> gpt(TextCorpus.Source.SHAKESPEARE, environment);
            case "e2e" -> e2e(environment);
            default ->
                    throw new IllegalArgumentException(
                            "there is no task '" + task + "'; choose one of " + names());
        };
    }

    static TrainingExperiment<TaskConfig.Images, VitConfig> cifar(
            Cifar.Kind kind, Environment environment) {
        TaskConfig.Images images =
                new TaskConfig.Images(kind, 5000, 1000, Cifar.ALL, false, 0, false);
        int classes = kind.classes();
        return switch (environment.profile()) {
            case SMOKE ->
                    new TrainingExperiment<>(
                            images.withSizes(640, 256, 512)
                                    .withSynthetic(!Cifar.isIn(environment.data(), kind)),
                            VitConfig.smoke().withClasses(classes),
                            TrainConfig.of(4, 32, 2e-3),
                            BOTH,
                            environment.seeds(1),
                            true);
            case LAPTOP ->
                    new TrainingExperiment<>(
                            images,
                            VitConfig.laptop().withClasses(classes),
                            TrainConfig.of(15, 64, 1e-3),
                            BOTH,
                            environment.seeds(3),
                            false);
            case PAPER ->
                    new TrainingExperiment<>(
                            images.withSizes(45_000, 5_000, Cifar.ALL).withAugment(true),
                            VitConfig.paper().withClasses(classes),
                            TrainConfig.of(400, 128, 1e-4)
                                    .withSchedule(new Schedule.WarmupCosine(1e-4, 0, 0))
                                    .withOptimizer(OptimizerConfig.setAdam())
                                    .withClipNorm(0),
                            BOTH,
                            environment.seeds(3),
                            false);
        };
    }

    /** The paper's subset of OpenWebText is 0.05 %, about 4.4 M tokens; the sample has 1.2 M. */
    static TrainingExperiment<TaskConfig.Text, GptConfig> gpt(
            TextCorpus.Source source, Environment environment) {
        boolean plays = source == TextCorpus.Source.SHAKESPEARE;
        TextCorpus.Unit unit = plays ? TextCorpus.Unit.CHARACTERS : TextCorpus.Unit.GPT2_BPE;
        TaskConfig.Text text = new TaskConfig.Text(source, unit, 20_000, 5_000, 5_000, 0, false);
        GptConfig nano = GptConfig.nano().withContext(32);
        return switch (environment.profile()) {
            case SMOKE ->
                    new TrainingExperiment<>(
                            text.withSizes(2_600, 800, 800)
                                    .withSynthetic(
                                            !TextCorpus.isIn(environment.data(), source, unit)),
                            nano.withWidth(32).withDepth(4).withMlp(64),
                            TrainConfig.of(4, 8, 2e-3),
                            BOTH,
                            environment.seeds(1),
                            true);
            case LAPTOP ->
                    new TrainingExperiment<>(
                            plays ? text : text.withSizes(10_000, 5_000, 5_000),
                            nano.withDepth(12),
                            plays
                                    ? TrainConfig.of(40, 16, 2e-3).withEvaluateEvery(2)
                                    : TrainConfig.of(9, 8, 1e-3),
                            BOTH,
                            environment.seeds(3),
                            false);
            case PAPER ->
                    new TrainingExperiment<>(
                            text.withUnit(TextCorpus.Unit.GPT2_BPE)
                                    .withSizes(TextCorpus.ALL, 100_000, 100_000),
                            GptConfig.gpt2(),
                            TrainConfig.of(40, 12, 6e-4),
                            BOTH,
                            environment.seeds(3),
                            false);
        };
    }

    static TrainingExperiment<TaskConfig.Translation, Seq2SeqConfig> translation(
            Environment environment) {
        TaskConfig.Translation pairs =
                new TaskConfig.Translation(20_000, 1_000, 1_000, 10, 4_000, 1, 0, false);
        return switch (environment.profile()) {
            case SMOKE ->
                    new TrainingExperiment<>(
                            pairs.withSizes(1_500, 200, 60)
                                    .withMaxWords(6)
                                    .withVocabulary(400)
                                    .withSynthetic(!SentencePairs.isIn(environment.data())),
                            Seq2SeqConfig.smoke(),
                            TrainConfig.of(5, 32, 3e-3),
                            BOTH,
                            environment.seeds(1),
                            true);
            case LAPTOP ->
                    new TrainingExperiment<>(
                            pairs,
                            Seq2SeqConfig.laptop(),
                            TrainConfig.of(10, 64, 2e-3),
                            BOTH,
                            environment.seeds(3),
                            false);
            case PAPER ->
                    new TrainingExperiment<>(
                            pairs.withSizes(SentencePairs.ALL, 3_000, 3_000)
                                    .withMaxWords(40)
                                    .withVocabulary(16_000)
                                    .withBeams(4),
                            Seq2SeqConfig.paper(),
                            TrainConfig.of(250, 128, 5e-4),
                            BOTH,
                            environment.seeds(3),
                            false);
        };
    }

    /** From published GPT-2 weights where the data folder has them, else from a small GPT trained on OpenWebText first. */
    static TrainingExperiment<TaskConfig.Restaurants, GptConfig> e2e(Environment environment) {
        boolean published = environment.data().has(PUBLISHED);
        boolean text =
                TextCorpus.isIn(
                        environment.data(),
                        TextCorpus.Source.OPENWEBTEXT,
                        TextCorpus.Unit.GPT2_BPE);
        TaskConfig.Text web =
                new TaskConfig.Text(
                        TextCorpus.Source.OPENWEBTEXT,
                        TextCorpus.Unit.GPT2_BPE,
                        400_000,
                        5_000,
                        0,
                        0,
                        false);
        TaskConfig.Restaurants restaurants =
                new TaskConfig.Restaurants(
                        2_000,
                        100,
                        100,
                        new Start.Pretrained(web, TrainConfig.of(1, 8, 2e-3)),
                        1,
                        0,
                        false);
        GptConfig nano = GptConfig.nano().withContext(192);
        return switch (environment.profile()) {
            case SMOKE ->
                    new TrainingExperiment<>(
                            restaurants
                                    .withSizes(160, 8, 8)
                                    .withStart(
                                            new Start.Pretrained(
                                                    web.withSizes(8_000, 1_000, 0)
                                                            .withSynthetic(!text),
                                                    TrainConfig.of(1, 4, 2e-3)))
                                    .withSynthetic(!E2e.isIn(environment.data())),
                            nano.withWidth(32).withDepth(2).withMlp(64),
                            TrainConfig.of(2, 8, 3e-3),
                            BOTH,
                            environment.seeds(1),
                            true);
            case LAPTOP ->
                    new TrainingExperiment<>(
                            restaurants,
                            nano,
                            TrainConfig.of(3, 8, 1e-3),
                            BOTH,
                            environment.seeds(3),
                            false);
            case PAPER ->
                    new TrainingExperiment<>(
                            restaurants
                                    .withSizes(E2e.ALL, E2e.ALL, E2e.ALL)
                                    .withStart(
                                            published
                                                    ? new Start.Published(PUBLISHED)
                                                    : restaurants.start())
                                    .withBeams(10),
                            published ? GptConfig.gpt2Medium() : nano,
                            TrainConfig.of(5, 8, 2e-4)
                                    .withSchedule(new Schedule.WarmupCosine(2e-4, 500, 0))
                                    .withOptimizer(OptimizerConfig.adamW(0.01))
                                    .withLabelSmoothing(0.1),
                            BOTH,
                            environment.seeds(3),
                            false);
        };
    }
}
