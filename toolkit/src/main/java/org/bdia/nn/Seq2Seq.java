package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.BranchEvaluator;
import org.bdia.reversible.Draw;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Method;
import org.bdia.reversible.Precision;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.Scoped;

/**
 * An encoder–decoder transformer, both of whose stacks are a {@link ReversibleStack}: source ids (B, S) and target ids
 * (B, T), the target shifted right → scores of the target's next token (B, T, V). Id 0 is padding, at the end of a row; no
 * token sees a padded source token, and a padded target token is seen by later padding alone.
 *
 * <p>The gradient of the encoder's output m = LN(x<sub>K</sub>) accumulates over all decoder blocks. Blocks are pre-norm,
 * positions learned, the head is tied to the target embedding. An ordinary DJL block, as {@link Gpt} is.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
public final class Seq2Seq extends AbstractBlock implements ReversibleModel {

    /** The id of padding. */
    public static final int PAD = 0;

    private static final int SOURCE_LAYER = -1;
    private static final int TARGET_LAYER = -2;

    private final Seq2SeqConfig config;
    private final TokenEmbedding sourceEmbedding;
    private final TokenEmbedding targetEmbedding;
    private final List<TransformerBlock> encoderBlocks = new ArrayList<>();
    private final List<DecoderBlock> decoderBlocks = new ArrayList<>();
    private final LayerNorm encoderNorm;
    private final LayerNorm decoderNorm;
    private final KernelSelector kernels = new KernelSelector();
    private final ReversibleStack encoder;
    private final ReversibleStack decoder;

    /** The model run by {@link Execution#of}, see {@link #Seq2Seq(Seq2SeqConfig, Method, Execution)}. */
    public Seq2Seq(Seq2SeqConfig config, Method method, Backprop backprop) {
        this(config, method, Execution.of(backprop));
    }

    /**
     * The model of a configuration, without weights.
     *
     * @param execution how either stack is run; the decoder's branches are computed by plain kernels
     * @throws IllegalArgumentException if the method cannot be differentiated this way, has two streams, or the
     *     precision is not float32
     */
    public Seq2Seq(Seq2SeqConfig config, Method method, Execution execution) {
        if (execution.precision() != Precision.FLOAT32) {
            throw new IllegalArgumentException(
                    "the decoder of a Seq2Seq computes in float32 only, but the precision is "
                            + execution.precision()
                            + "; use Precision.FLOAT32");
        }
        if (method instanceof Method.RevNet) {
            throw new IllegalArgumentException(
                    "a Seq2Seq runs one stream per stack, but "
                            + method
                            + " needs two, and a head that reads both; use it with VisionTransformer or Gpt,"
                            + " or choose Method.bdia(0.5) here");
        }
        this.config = config;
        int width = config.width();
        float dropout = (float) config.dropout();
        sourceEmbedding =
                addChildBlock(
                        "source",
                        new TokenEmbedding(
                                config.sourceVocabulary(), config.context(), width, dropout));
        targetEmbedding =
                addChildBlock(
                        "target",
                        new TokenEmbedding(
                                config.targetVocabulary(), config.context(), width, dropout));
        for (int k = 0; k < config.encoderDepth(); k++) {
            TransformerBlock block =
                    new TransformerBlock(
                            width,
                            config.heads(),
                            config.mlp(),
                            Attention.Pattern.FULL,
                            config.activation(),
                            dropout,
                            execution,
                            kernels);
            encoderBlocks.add(addChildBlock("encoder", block));
        }
        encoderNorm = addChildBlock("encoder_norm", LayerNorm.builder().axis(2).build());
        for (int k = 0; k < config.decoderDepth(); k++) {
            DecoderBlock block =
                    new DecoderBlock(
                            width, config.heads(), config.mlp(), config.activation(), dropout);
            decoderBlocks.add(addChildBlock("decoder", block));
        }
        decoderNorm = addChildBlock("decoder_norm", LayerNorm.builder().axis(2).build());
        setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
        encoder =
                ReversibleStack.of(encoderBlocks, method, execution)
                        .withDropPath(config.dropPath());
        decoder =
                ReversibleStack.of(decoderBlocks, method, execution)
                        .withFirstLayer(config.encoderDepth())
                        .withDropPath(config.dropPath());
    }

    /** Draws the weights as a function of the seed: matrices Xavier uniform, embeddings normal(0.02). */
    public void initialize(NDManager manager, long seed) {
        EngineSeed.draw(
                seed,
                () -> initialize(manager, DataType.FLOAT32, new Shape(1, 1), new Shape(1, 1)));
    }

    /** The sizes. */
    public Seq2SeqConfig config() {
        return config;
    }

    /** The encoder's stack. */
    public ReversibleStack encoder() {
        return encoder;
    }

    /** The decoder's stack; its context is the encoder's output and the source's mask. */
    public ReversibleStack decoder() {
        return decoder;
    }

    /**
     * The encoder's output in evaluation, with the mask of its padding: the decoder's context.
     *
     * @param source (B, S), int64
     * @return memory (B, S, D) and mask (B, 1, 1, S), owned by the caller
     * @throws IllegalArgumentException if an id is out of range, a row is padding alone, or there are more tokens than the
     *     context
     */
    public NDList encode(NDArray source) {
        return encode(source, 0);
    }

    private NDList encode(NDArray source, double gamma) {
        ParameterStore store = store(source);
        return Autograd.unrecorded(
                () -> {
                    NDArray mask = mask(source);
                    NDArray memory =
                            Scoped.result(
                                    () -> {
                                        NDArray x = sourceEmbedding.embed(store, source, 0, false);
                                        NDArray last = encoder.infer(x, new NDList(mask), gamma);
                                        return norm(encoderNorm, store, last, false);
                                    });
                    return new NDList(memory, mask);
                });
    }

    /**
     * The decoder's scores in evaluation.
     *
     * @param context as {@link #encode} returns it
     * @param target (B, T), int64, beginning with the token that begins a sentence
     * @return (B, T, V), owned by the caller
     * @throws IllegalArgumentException if an id is out of range, or there are more tokens than the context
     */
    public NDArray decode(NDList context, NDArray target) {
        return decode(context, target, 0);
    }

    private NDArray decode(NDList context, NDArray target, double gamma) {
        ParameterStore store = store(target);
        return Autograd.unrecorded(
                () ->
                        Scoped.result(
                                () -> {
                                    NDArray x = targetEmbedding.embed(store, target, 0, false);
                                    return head(store, decoder.infer(x, context, gamma), false);
                                }));
    }

    /**
     * The scores of the token that follows target tokens whose predecessors' keys and values are kept; theirs are added.
     *
     * @param context as {@link #encode} returns it
     * @param target (B, T), int64, at positions from, from + 1, …
     * @param seen the memory's keys and values, computed the first time
     * @return (B, 1, V)
     */
    NDArray following(
            NDList context, NDArray target, int from, KeyValueCache past, KeyValueCache seen) {
        ParameterStore store = store(target);
        BranchEvaluator branches =
                (k, state) ->
                        decoderBlocks
                                .get(k)
                                .following(store, state, context, past.layer(k), seen.layer(k));
        return Autograd.unrecorded(
                () ->
                        Scoped.result(
                                () -> {
                                    NDArray x = targetEmbedding.embed(store, target, from, false);
                                    NDArray last = decoder.infer(x, branches);
                                    return head(store, last.get(":, -1:"), false);
                                }));
    }

    @Override
    public KernelSelector kernels() {
        return kernels;
    }

    @Override
    public NDArray predict(NDList inputs) {
        return predict(inputs, 0);
    }

    @Override
    public NDArray predict(NDList inputs, double gamma) {
        try (NDList context = encode(inputs.get(0), gamma)) {
            return decode(context, inputs.get(1), gamma);
        }
    }

    @Override
    public float differentiate(NDList inputs, UnaryOperator<NDArray> loss, Draw draw) {
        NDArray source = inputs.get(0);
        NDArray target = inputs.get(1);
        ParameterStore store = store(source);
        Supplier<NDArray> embedSource =
                embedding(sourceEmbedding, store, source, draw, SOURCE_LAYER);
        Supplier<NDArray> embedTarget =
                embedding(targetEmbedding, store, target, draw, TARGET_LAYER);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray mask = mask(source);
            NDArray encoded =
                    Autograd.leaf(
                            StackTraining.forward(embedSource, encoder, new NDList(mask), draw));
            NDArray memory =
                    Autograd.leaf(
                            Autograd.unrecorded(() -> norm(encoderNorm, store, encoded, true)));
            NDArray last =
                    StackTraining.forward(embedTarget, decoder, new NDList(memory, mask), draw);
            StackTraining.Head atLast =
                    StackTraining.head(last, state -> loss.apply(head(store, state, true)));
            last.close();
            StackTraining.backward(embedTarget, decoder.backward(atLast.gradient()));
            StackTraining.backward(
                    () -> norm(encoderNorm, store, encoded, true), memory.getGradient());
            StackTraining.backward(embedSource, encoder.backward(encoded.getGradient()));
            return atLast.loss();
        } finally {
            decoder.close();
            encoder.close();
        }
    }

    private static Supplier<NDArray> embedding(
            TokenEmbedding embedding, ParameterStore store, NDArray ids, Draw draw, int layer) {
        return () -> Autograd.seeded(draw, layer, () -> embedding.embed(store, ids, 0, true));
    }

    /** The mask of padding; a row of nothing else would leave the decoder nothing to attend to. */
    private NDArray mask(NDArray source) {
        Checks.tokens("tokens", source, config.sourceVocabulary(), config.context());
        Checks.notPaddingAlone(source);
        return Autograd.unrecorded(
                () -> Scoped.result(() -> Heads.padding(source, DataType.FLOAT32)));
    }

    private static NDArray norm(LayerNorm norm, ParameterStore store, NDArray x, boolean training) {
        return norm.forward(store, new NDList(x), training).singletonOrThrow();
    }

    /** (B, T, D) → (B, T, V). */
    private NDArray head(ParameterStore store, NDArray state, boolean training) {
        return Scoped.result(
                () ->
                        targetEmbedding.scores(
                                store, norm(decoderNorm, store, state, training), training));
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        if (!training) {
            return new NDList(predict(inputs));
        }
        Checks.trainableByDjl(encoder.method(), config);
        NDArray mask = mask(inputs.get(0));
        NDArray x = sourceEmbedding.embed(store, inputs.get(0), 0, true);
        for (TransformerBlock block : encoderBlocks) {
            x = x.add(block.forward(store, new NDList(x, mask), true).singletonOrThrow());
        }
        NDArray memory = norm(encoderNorm, store, x, true);
        NDArray y = targetEmbedding.embed(store, inputs.get(1), 0, true);
        for (DecoderBlock block : decoderBlocks) {
            y = y.add(block.forward(store, new NDList(y, memory, mask), true).singletonOrThrow());
        }
        return new NDList(head(store, y, true));
    }

    private static ParameterStore store(NDArray like) {
        return new ParameterStore(like.getManager(), false);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        sourceEmbedding.initialize(manager, type, inputShapes[0]);
        targetEmbedding.initialize(manager, type, inputShapes[0]);
        Shape state = new Shape(1, config.context(), config.width());
        encoderBlocks.forEach(block -> block.initialize(manager, type, state));
        decoderBlocks.forEach(block -> block.initialize(manager, type, state));
        encoderNorm.initialize(manager, type, state);
        decoderNorm.initialize(manager, type, state);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[1].add(config.targetVocabulary())};
    }
}
