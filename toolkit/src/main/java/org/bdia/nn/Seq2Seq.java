package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.XavierInitializer;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.reversible.ReversibleStack;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * An encoder–decoder transformer, both of whose stacks are a {@link ReversibleStack}: source ids (B, S) and target ids
 * (B, T), the target shifted right → logits of the target's next token (B, T, V). Id 0 is padding, at the end of a row; no
 * token sees a padded source token, and a padded target token is seen by later padding alone.
 *
 * <p>The gradient of the encoder's output m = LN(x<sub>K</sub>) accumulates over all decoder blocks. Blocks are pre-norm,
 * positions learned, the head is tied to the target embedding. An ordinary DJL block, as {@link Gpt} is.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
public final class Seq2Seq extends StagedModel {

    /** The id of padding. */
    public static final int PAD = 0;

    private static final int SOURCE_LAYER = -1;
    private static final int TARGET_LAYER = -2;

    private final Seq2SeqConfig config;
    private final TokenEmbedding sourceEmbedding;
    private final TokenEmbedding targetEmbedding;
    private final List<TransformerBlock> encoderBlocks;
    private final List<DecoderBlock> decoderBlocks = new ArrayList<>();
    private final LayerNorm encoderNorm;
    private final LayerNorm decoderNorm;
    private final ReversibleStack encoder;
    private final ReversibleStack decoder;

    /** The model run by {@link Execution#of}, see {@link #Seq2Seq(Seq2SeqConfig, Method, Execution)}. */
    public Seq2Seq(Seq2SeqConfig config, Method method, Backprop backprop) {
        this(config, method, Execution.of(backprop));
    }

    /**
     * The model of a configuration, without weights.
     *
     * @param execution how either stack is run; in float32 the decoder's branches are computed by plain kernels
     * @throws IllegalArgumentException if the method cannot be differentiated this way, or has two streams
     */
    public Seq2Seq(Seq2SeqConfig config, Method method, Execution execution) {
        if (method.streams() > 1) {
            throw new IllegalArgumentException(
                    "a Seq2Seq runs one stream per stack, but "
                            + method
                            + " needs two, and a head that reads both; use it with VisionTransformer or Gpt,"
                            + " or choose Method.bdia(0.5) here");
        }
        config.requireBuildable();
        this.config = config;
        sourceEmbedding =
                addEmbedding("source", config.sourceVocabulary(), config.context(), config);
        targetEmbedding =
                addEmbedding("target", config.targetVocabulary(), config.context(), config);
        encoderBlocks =
                addBlocks(
                        "encoder",
                        config.encoderDepth(),
                        Attention.Pattern.FULL,
                        config,
                        execution);
        encoderNorm = addChildBlock("encoder_norm", LayerNorm.builder().axis(2).build());
        for (int k = 0; k < config.decoderDepth(); k++) {
            DecoderBlock block =
                    new DecoderBlock(
                            config.width(),
                            config.heads(),
                            config.mlp(),
                            config.activation(),
                            (float) config.dropout(),
                            execution,
                            kernels());
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

    /** Returns the architecture. */
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
     * Returns the encoder's output in evaluation, with the mask of its padding: the decoder's context.
     *
     * @param source (B, S), int64
     * @return memory (B, S, D) and mask (B, 1, 1, S), owned by the caller
     * @throws IllegalArgumentException if an id is out of range, a row is padding alone, or there are more tokens than the
     *     context
     */
    public NDList encode(NDArray source) {
        return context(Pass.Inference.at(0), store(source), source);
    }

    /**
     * Returns the next token's logits, using and extending key/value caches.
     *
     * @param context as {@link #encode} returns it
     * @param target (B, T), int64, at positions from, from + 1, …
     * @param memoryCache the memory's keys and values, computed the first time
     * @return (B, 1, V)
     */
    NDArray decodeStep(
            NDList context,
            NDArray target,
            int from,
            KeyValueCache past,
            KeyValueCache memoryCache) {
        ParameterStore store = store(target);
        var pass =
                Pass.Inference.cached(
                        (k, state) ->
                                decoderBlocks
                                        .get(k)
                                        .decodeStep(
                                                store,
                                                state,
                                                context,
                                                past.layer(k),
                                                memoryCache.layer(k)));
        return pass.output(decoderStage(pass, store, context, target, from).ofLastToken());
    }

    @Override
    Stage forward(Pass pass, ParameterStore store, NDList inputs) {
        NDList context = context(pass, store, inputs.get(0));
        return decoderStage(pass, store, context, inputs.get(1), 0);
    }

    /** Source embedding → encoder → LayerNorm, with the mask of the source's padding. */
    private NDList context(Pass pass, ParameterStore store, NDArray source) {
        boolean training = pass.training();
        NDArray mask = mask(source);
        NDArray memory =
                pass.output(
                        new Stage(
                                () ->
                                        pass.embedding(
                                                SOURCE_LAYER,
                                                () ->
                                                        sourceEmbedding.embed(
                                                                store, source, 0, training)),
                                encoder,
                                encoderBlocks,
                                new NDList(mask),
                                state -> norm(encoderNorm, store, state, training)));
        return new NDList(memory, mask);
    }

    /** Target embedding → decoder → LayerNorm and tied head. */
    private Stage decoderStage(
            Pass pass, ParameterStore store, NDList context, NDArray target, int from) {
        boolean training = pass.training();
        return new Stage(
                () ->
                        pass.embedding(
                                TARGET_LAYER,
                                () -> targetEmbedding.embed(store, target, from, training)),
                decoder,
                decoderBlocks,
                context,
                new TokenHead(
                        state -> norm(decoderNorm, store, state, training),
                        targetEmbedding,
                        store,
                        training));
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

    @Override
    Shape[] initialShapes() {
        return new Shape[] {new Shape(1, 1), new Shape(1, 1)};
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
