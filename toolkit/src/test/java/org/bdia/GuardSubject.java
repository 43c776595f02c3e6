package org.bdia;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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
import org.bdia.nn.Gradients;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StateVisitor;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.TextTask;
import org.bdia.train.Trainer;
import org.bdia.train.TranslationTask;

/** A small model and what it learns from. */
record GuardSubject(ReversibleModel model, Task task) {

    static final Make VIT = vit(VitConfig.smoke());
    static final Make LOCALITY_VIT =
            vit(VitConfig.smoke().withLocalityAttention(true).withShiftedPatches(true));
    static final Make GPT = gpt(16);
    static final Make SEQ2SEQ = GuardSubject::seq2Seq;

    /** Makes a subject whose weights are a function of the arguments. */
    interface Make {
        GuardSubject of(Method method, Execution execution, Options options, NDManager manager);

        /** Makes a subject with dropout and drop path. */
        default GuardSubject of(
                Method method,
                Execution execution,
                ActivationConfig activation,
                NDManager manager) {
            return of(method, execution, new Options(activation, 0.1, 0.2, 3), manager);
        }
    }

    /** The options that models of every kind have; an encoder has a block less than its decoder. */
    record Options(ActivationConfig activation, double dropout, double dropPath, int depth) {}

    /** A stack of the model, and what enters it. */
    record Entry(ReversibleStack stack, NDArray x, NDList context) {}

    /** Trains with checkpoints in a folder until a step; returns whether training is finished. */
    boolean train(TrainConfig config, Path folder, int stop, NDManager manager) {
        long[] done = {0};
        return new Trainer(model, task, config, 4)
                .withCheckpoints(folder, "guard")
                .withEvents(event -> done[0] = event.step())
                .withStop(() -> done[0] >= stop)
                .train(manager);
    }

    /** Returns the loss of the first step, then the gradients of all trained parameters; some of the source's tokens are padding. */
    List<float[]> gradients(int batchSize, NDManager manager) {
        List<float[]> all = new ArrayList<>();
        try (Batch batch = task.training(manager, 3, 0, 0, batchSize)) {
            float loss =
                    model.differentiate(
                            padded(batch),
                            output -> task.loss(output, batch.labels(), 0.1),
                            new StepKey(3, 0, batch.sampleIds()));
            all.add(new float[] {loss});
        }
        all.addAll(Gradients.of(List.of(model)));
        return all;
    }

    /** Returns the values of all parameters. */
    List<float[]> weights() {
        return model.getParameters().values().stream()
                .map(parameter -> parameter.getArray().toFloatArray())
                .toList();
    }

    /** Returns the inputs, of which the last tokens of half of the source sentences are padding. */
    static NDList padded(Batch batch) {
        if (batch.inputs().size() > 1) {
            NDArray source = batch.inputs().get(0);
            long[] ids = source.toLongArray();
            int tokens = (int) source.getShape().get(1);
            for (int i = 0; i < ids.length; i++) {
                if (i / tokens % 2 == 0 && i % tokens > 2) {
                    ids[i] = Seq2Seq.PAD;
                }
            }
            source.set(LongBuffer.wrap(ids));
        }
        return batch.inputs();
    }

    /** Returns the model's stacks; a decoder, the last one, gets the encoder's output for its own input too. */
    List<Entry> entries(NDList inputs) {
        if (model instanceof Seq2Seq pair) {
            NDList context = pair.encode(inputs.get(0));
            NDArray x = context.get(0).duplicate();
            return List.of(
                    new Entry(pair.encoder(), x, new NDList(context.get(1))),
                    new Entry(pair.decoder(), x, context));
        }
        if (model instanceof Gpt gpt) {
            return List.of(new Entry(gpt.stack(), gpt.embed(inputs.get(0)), new NDList()));
        }
        var vit = (VisionTransformer) model;
        return List.of(new Entry(vit.stack(), vit.embed(inputs.get(0)), new NDList()));
    }

    /** Shows the states of one forward pass of the last stack. */
    void showStates(Batch batch, StepKey key, StateVisitor visitor) {
        List<Entry> entries = entries(batch.inputs());
        Entry last = entries.get(entries.size() - 1);
        last.stack.forward(last.x, last.context, key, visitor);
        last.stack.close();
    }

    static Make vit(VitConfig config) {
        return (method, execution, options, manager) -> {
            VitConfig small =
                    config.withWidth(24)
                            .withMlp(40)
                            .withHeads(3)
                            .withDepth(options.depth)
                            .withDropout(options.dropout)
                            .withDropPath(options.dropPath)
                            .withActivation(options.activation);
            var model = new VisionTransformer(small, method, execution);
            model.initialize(manager, 5);
            var images = SyntheticImages.split(10, 24, 6, 6, 3);
            return new GuardSubject(model, new ImageTask(images, Augmentation.paper()));
        };
    }

    /** Makes language models of texts of so many tokens. */
    static Make gpt(int context) {
        return (method, execution, options, manager) -> {
            GptConfig config =
                    GptConfig.nano()
                            .withVocabulary(30)
                            .withContext(context)
                            .withWidth(24)
                            .withMlp(40)
                            .withHeads(3)
                            .withDepth(options.depth)
                            .withDropout(options.dropout)
                            .withDropPath(options.dropPath)
                            .withActivation(options.activation);
            var model = new Gpt(config, method, execution);
            model.initialize(manager, 5);
            int train = Math.max(300, 8 * context);
            int rest = Math.max(50, 2 * context);
            TextSplit text = SyntheticText.split(TextCorpus.Unit.CHARACTERS, train, rest, rest, 3);
            return new GuardSubject(model, new TextTask(text, context));
        };
    }

    private static GuardSubject seq2Seq(
            Method method, Execution execution, Options options, NDManager manager) {
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
                        .withDepths(options.depth - 1, options.depth)
                        .withDropout(options.dropout)
                        .withDropPath(options.dropPath)
                        .withActivation(options.activation);
        var model = new Seq2Seq(config, method, execution);
        model.initialize(manager, 5);
        var encoded = new EncodedPairs(pairs, source, target);
        return new GuardSubject(model, new TranslationTask(encoded, encoded, encoded));
    }

    private static Vocabulary words(List<SentencePair> pairs, Function<SentencePair, String> side) {
        return Vocabulary.words(pairs.stream().map(side).toList(), 40);
    }
}
