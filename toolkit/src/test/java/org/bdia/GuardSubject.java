package org.bdia;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.EncodedPairs;
import org.bdia.data.SentencePair;
import org.bdia.data.SyntheticImages;
import org.bdia.data.SyntheticPairs;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.data.TextSplit;
import org.bdia.data.Vocabulary;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.StateVisitor;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.TextTask;
import org.bdia.train.Trainer;
import org.bdia.train.TranslationTask;

/**
 * A small model, what it learns from, and a look at its states.
 *
 * @param states shows the states of one forward pass
 */
record GuardSubject(ReversibleModel model, Task task, States states) {

    /** Makes a subject whose weights are a function of the arguments. */
    interface Make {
        GuardSubject of(
                Method method, Execution execution, ActivationConfig activation, NDManager manager);
    }

    /** Shows states. */
    interface States {
        void show(Batch batch, StepKey key, StateVisitor visitor);
    }

    /** Trains with checkpoints in a folder until a step; returns whether training is finished. */
    boolean train(TrainConfig config, Path folder, int stop, NDManager manager) {
        long[] done = {0};
        return new Trainer(model, task, config, 4)
                .withCheckpoints(folder, "guard")
                .withEvents(event -> done[0] = event.step())
                .withStop(() -> done[0] >= stop)
                .train(manager);
    }

    static GuardSubject vit(
            Method method, Execution execution, ActivationConfig activation, NDManager manager) {
        return vit(VitConfig.smoke(), method, execution, activation, manager);
    }

    static GuardSubject localityVit(
            Method method, Execution execution, ActivationConfig activation, NDManager manager) {
        VitConfig config = VitConfig.smoke().withLocalityAttention(true).withShiftedPatches(true);
        return vit(config, method, execution, activation, manager);
    }

    private static GuardSubject vit(
            VitConfig config,
            Method method,
            Execution execution,
            ActivationConfig activation,
            NDManager manager) {
        VitConfig small =
                config.withWidth(24)
                        .withMlp(40)
                        .withHeads(3)
                        .withDepth(3)
                        .withDropout(0.1)
                        .withDropPath(0.2)
                        .withActivation(activation);
        var model = new VisionTransformer(small, method, execution);
        model.initialize(manager, 5);
        var task = new ImageTask(SyntheticImages.split(10, 24, 6, 6, 3), Augmentation.paper());
        return new GuardSubject(
                model,
                task,
                (batch, draw, visitor) -> {
                    try (NDArray x = model.embed(batch.inputs().get(0))) {
                        model.stack().forward(x, new NDList(), draw, visitor);
                        model.stack().close();
                    }
                });
    }

    static GuardSubject gpt(
            Method method, Execution execution, ActivationConfig activation, NDManager manager) {
        GptConfig config =
                GptConfig.nano()
                        .withVocabulary(30)
                        .withContext(16)
                        .withWidth(24)
                        .withMlp(40)
                        .withHeads(3)
                        .withDepth(3)
                        .withDropout(0.1)
                        .withDropPath(0.2)
                        .withActivation(activation);
        var model = new Gpt(config, method, execution);
        model.initialize(manager, 5);
        TextSplit text = SyntheticText.split(TextCorpus.Unit.CHARACTERS, 300, 50, 50, 3);
        return new GuardSubject(
                model,
                new TextTask(text, 16),
                (batch, draw, visitor) -> {
                    try (NDArray x = model.embed(batch.inputs().get(0))) {
                        model.stack().forward(x, new NDList(), draw, visitor);
                        model.stack().close();
                    }
                });
    }

    static GuardSubject seq2Seq(
            Method method, Execution execution, ActivationConfig activation, NDManager manager) {
        List<SentencePair> pairs = SyntheticPairs.split(24, 1, 1, 3).train();
        Vocabulary source = words(pairs, SentencePair::source);
        Vocabulary target = words(pairs, SentencePair::target);
        Seq2SeqConfig config =
                Seq2SeqConfig.smoke()
                        .withVocabularies(source.size(), target.size())
                        .withContext(20)
                        .withWidth(24)
                        .withMlp(40)
                        .withHeads(3)
                        .withDepths(2, 3)
                        .withDropout(0.1)
                        .withDropPath(0.2)
                        .withActivation(activation);
        var model = new Seq2Seq(config, method, execution);
        model.initialize(manager, 5);
        var encoded = new EncodedPairs(pairs, source, target);
        return new GuardSubject(
                model,
                new TranslationTask(encoded, encoded, encoded),
                (batch, draw, visitor) -> {
                    try (NDList context = model.encode(batch.inputs().get(0));
                            NDArray memory = context.get(0).duplicate()) {
                        model.decoder().forward(memory, context, draw, visitor);
                        model.decoder().close();
                    }
                });
    }

    private static Vocabulary words(List<SentencePair> pairs, Function<SentencePair, String> side) {
        return Vocabulary.words(pairs.stream().map(side).toList(), 40);
    }
}
