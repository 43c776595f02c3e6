package org.bdia.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Precision;
import org.bdia.config.Ranges;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.nn.ReversibleModel;
import org.bdia.train.Optimizer;

/**
 * The peak memory of a training step, predicted from sizes: nothing is run.
 *
 * <p>It follows the step block by block and counts what is alive: kept states and graphs, side bits, one block's graph where it
 * is recomputed, gradients of states, and the working memory of differentiation and of the update. It is written for {@link Kernels#FUSED}
 * on the CPU, where it agrees with counted peaks within a few per cent. An inverted activation counts as if it kept its argument;
 * a GPU's attention kernels and its caching allocator differ. The check of a fused kernel, once per shape and so in the first
 * step, is not counted: it takes tens of MiB beside one block's graph, which may be more than a small model's step.
 */
public final class MemoryModel {

    /** Weights, their gradients and AdamW's two moments. */
    private static final long WEIGHTS_AND_MOMENTS = 3;

    /** Arrays that an optimiser makes of the elements that it moves at a time. */
    private static final long MADE = 3;

    private final ModelConfig model;
    private final Method method;
    private final int headTokens;

    private MemoryModel(ModelConfig model, Method method, int headTokens) {
        this.model = model;
        this.method = method;
        this.headTokens = headTokens;
    }

    /**
     * The memory of a model on inputs as long as its context.
     *
     * @throws IllegalArgumentException if an encoder–decoder is to have two streams, which it cannot
     */
    public static MemoryModel of(ModelConfig model, Method method) {
        if (model instanceof Seq2SeqConfig && method.streams() > 1) {
            throw new IllegalArgumentException(
                    "an encoder–decoder has one stream, but the method is "
                            + method
                            + "; take another method, or a vision transformer or GPT");
        }
        return new MemoryModel(model, method, 0);
    }

    /**
     * Returns the memory with a head that computes so many tokens' logits at a time, see {@link TrainConfig#headTokens}; 0 for all.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public MemoryModel withHeadTokens(int tokens) {
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "headTokens must be at least 1 token, or 0 for all at once, but is " + tokens);
        }
        return new MemoryModel(model, method, tokens);
    }

    /**
     * Returns a table of a model's parts as text: shape of the output, number of parameters, and the predicted bytes of training
     * as the model is executed, where they can be predicted.
     *
     * @param model an initialised Gpt, VisionTransformer or Seq2Seq; of texts the longest
     * @param batch B, 1 or more
     * @throws IllegalArgumentException if it is another model, or the batch is not positive
     */
    public static String summary(ReversibleModel model, int batch) {
        Ranges.positive("batch", batch);
        return new ModelSummary(model, batch).text();
    }

    /**
     * The peak of a step above rest: beside weights, gradients and the optimiser's state.
     *
     * @param batch B, 1 or more
     * @return bytes
     * @throws IllegalArgumentException if the method cannot be differentiated this way, the kernels are not fused, or more
     *     blocks are stored and checkpointed than there are
     */
    public long peak(Execution execution, int batch) {
        return peak(execution, batch, Update.AFTER_BACKWARD);
    }

    private long peak(Execution execution, int batch, Update update) {
        execution.backprop().requireSupports(method);
        if (execution.kernels() != Kernels.FUSED) {
            throw new IllegalArgumentException(
                    "memory is predicted for Kernels.FUSED, but the execution has Kernels.PLAIN");
        }
        requireSizes(execution, batch);
        Precision precision = execution.precision();
        List<StepMemory> steps = new ArrayList<>();
        long beside = 0;
        if (model instanceof Seq2SeqConfig pair) {
            Footprint encoder = Footprint.encoder(pair, precision);
            steps.add(new StepMemory(encoder, method, execution, batch, 0, 0));
            beside = steps.get(0).finished();
        }
        Footprint last = footprint(precision);
        steps.add(new StepMemory(last, method, execution, batch, headTokens, beside));
        long outside = stacks().stream().mapToLong(Footprint::outside).max().orElseThrow();
        long block = last.block().largest();
        long peak = moving(Math.max(outside, block)); // no array has more than all outside
        for (StepMemory step : steps) {
            peak = Math.max(peak, step.peak());
            if (update == Update.PER_BLOCK) {
                peak = Math.max(peak, step.betweenBlocks() + moving(block));
            }
        }
        return peak;
    }

    /** Bytes that AdamW or SET-Adam, which measures an angle of all elements at once, takes to move a parameter. */
    private static long moving(long elements) {
        return Math.max(elements, MADE * Math.min(elements, Optimizer.ELEMENTS_AT_A_TIME))
                * Float.BYTES;
    }

    private void requireSizes(Execution execution, int batch) {
        if (batch < 1 || execution.stored() + execution.checkpointed() > branches()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a batch of at least 1 and at most %d stored and checkpointed blocks are expected, but they"
                                    + " are %d and %d + %d",
                            branches(),
                            batch,
                            execution.stored(),
                            execution.checkpointed()));
        }
    }

    /**
     * Returns the branches that an execution chooses between: of one stream blocks, of two their halves, of an encoder–decoder the
     * blocks of the lower of its two stacks, either of which it runs alike.
     */
    int branches() {
        return model instanceof Seq2SeqConfig pair
                ? Math.min(pair.encoderDepth(), pair.decoderDepth())
                : model.depth() * method.streams();
    }

    /** Returns how many blocks each branch that an execution chooses stands for. */
    double blocksPerBranch() {
        return model instanceof Seq2SeqConfig ? 2 : 1.0 / method.streams();
    }

    /** The peak and what rests: weights, their gradients and AdamW's two moments; bytes. */
    public long total(Execution execution, int batch) {
        return peak(execution, batch) + resting();
    }

    /** The weights, their gradients and AdamW's two moments; bytes. */
    public long resting() {
        return resting(Update.AFTER_BACKWARD);
    }

    /** The weights, AdamW's two moments and the gradients that are alive at once; bytes. */
    public long resting(Update update) {
        long gradients = update == Update.PER_BLOCK ? gradientsPerBlock() : parameters();
        return (WEIGHTS_AND_MOMENTS * parameters() + gradients) * Float.BYTES;
    }

    /** {@link #total(Execution, int)} of a step that updates so. */
    public long total(Execution execution, int batch, Update update) {
        return peak(execution, batch, update) + resting(update);
    }

    /**
     * Floating-point operations of a training step's matrix products, blocks that are computed again counted twice: what a step's time
     * is bounded by from below on a processor whose operations a second are known.
     *
     * @param batch B, 1 or more
     * @throws IllegalArgumentException if the batch is not positive, or more blocks are stored and checkpointed than there are
     */
    public double flops(Execution execution, int batch) {
        requireSizes(execution, batch);
        boolean stores = execution.backprop() == Backprop.STORE;
        int chosen = stores ? execution.checkpointed() : branches() - execution.stored();
        double part = (double) chosen / branches();
        double flops = 0;
        for (Footprint stack : stacks()) {
            flops += stack.flops(batch, part * stack.depth());
        }
        return flops;
    }

    /** The number of the model's parameters. */
    public long parameters() {
        return stacks().stream().mapToLong(Footprint::parameters).sum();
    }

    private long gradientsPerBlock() {
        long outside = stacks().stream().mapToLong(Footprint::outside).sum();
        return outside + footprint(Precision.FLOAT32).block().parameters();
    }

    private List<Footprint> stacks() {
        Footprint last = footprint(Precision.FLOAT32);
        return model instanceof Seq2SeqConfig pair
                ? List.of(Footprint.encoder(pair, Precision.FLOAT32), last)
                : List.of(last);
    }

    /**
     * The largest batch whose step fits, {@link #total}.
     *
     * @param bytes the budget
     * @return 0 if not even one sample fits
     */
    public int largestBatch(Execution execution, long bytes) {
        int fits = 0;
        int tooLarge = 1;
        while (total(execution, tooLarge) <= bytes) {
            fits = tooLarge;
            if (tooLarge > Integer.MAX_VALUE / 4) {
                return fits;
            }
            tooLarge *= 2;
        }
        while (tooLarge - fits > 1) {
            int middle = (fits + tooLarge) / 2;
            if (total(execution, middle) <= bytes) {
                fits = middle;
            } else {
                tooLarge = middle;
            }
        }
        return fits;
    }

    /** The model. */
    ModelConfig model() {
        return model;
    }

    /** Whether the method's states can be rebuilt. */
    boolean reverses() {
        return method.invertible();
    }

    private Footprint footprint(Precision precision) {
        return Footprint.of(model, method, precision);
    }
}
