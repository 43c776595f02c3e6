package org.bdia.measure;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Precision;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.nn.ReversibleModel;

/**
 * Where the time of a training step goes, AdamW's update included. In an encoder–decoder a block is the mean of an encoder's and a
 * decoder's.
 *
 * @param rest of a step outside its blocks: embedding, head, loss; 0 or more
 * @param stored of a block whose graph is kept
 * @param checkpointed of a block whose state is kept, and which is computed again
 * @param reversed of a block whose state is rebuilt; of a method that cannot, as checkpointed
 * @param sliced of the last, or where it cannot be rebuilt of a checkpointed block, on {@link Execution#LEAN_TOKENS} tokens at a time
 */
public record BlockTimes(
        double rest, double stored, double checkpointed, double reversed, double sliced) {

    private static final int SHALLOW = 2;
    private static final int DEEPER = 6;
    private static final int WARM_UP = 2;

    /** Warm-up steps of the first execution, which also compiles the kernels; only while its steps are short. */
    private static final int FIRST_WARM_UP = Benchmark.WARM_UP;

    private static final long FIRST_NANOS = 10_000_000_000L;

    /** Checks that they are times. */
    public BlockTimes {
        if (!(rest >= 0 && stored > 0 && checkpointed > 0 && reversed > 0 && sliced > 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "times must be above 0, but are %s outside the blocks, and %s stored, %s checkpointed, %s"
                                    + " reversed and %s sliced a block",
                            rest,
                            stored,
                            checkpointed,
                            reversed,
                            sliced));
        }
    }

    /** Other programs were in the way of a measurement. */
    public static final class DisturbedException extends IllegalStateException {
        private static final long serialVersionUID = 1;

        private DisturbedException(IllegalArgumentException cause) {
            super(cause.getMessage() + "; other programs were in the way: measure again", cause);
        }
    }

    /**
     * Relative to a stored block, measured by {@code ci/bench} on two cores at its base size. The arithmetic alone says 4/3 for a
     * block that is not stored: one more forward pass.
     */
    public static BlockTimes typical() {
        return new BlockTimes(0, 1, 1.3, 1.35, 1.35 * 1.15);
    }

    /**
     * Measures, in milliseconds, whole training steps of two and of six blocks on random inputs as long as the model's context, one way
     * after the other; of each the fastest, since other programs only add. Takes about 80 blocks' time a round, and the memory of eight
     * blocks beside what is outside them, twice.
     *
     * @param batch B, 1 or more
     * @param headTokens see {@link org.bdia.config.TrainConfig#headTokens}
     * @param rounds steps of each, 1 or more; 5 on an idle machine
     * @throws DisturbedException if a time came out below 0, as it may on a machine with other work
     */
    public static BlockTimes measured(
            ModelConfig model,
            Method method,
            Precision precision,
            int batch,
            int headTokens,
            int rounds,
            Device device) {
        return measured(
                new Timer(model, method, precision, batch, headTokens, rounds, device),
                BlockTimes::milliseconds);
    }

    private static double milliseconds(WholeSteps steps) {
        long start = System.nanoTime();
        steps.step();
        return (System.nanoTime() - start) / 1e6;
    }

    /** Measures with a stopwatch that makes a step and says how long it took. */
    static BlockTimes measured(Timer timer, ToDoubleFunction<WholeSteps> stopwatch) {
        double[] stored = timer.line(Execution.of(Backprop.STORE), stopwatch, FIRST_WARM_UP);
        double checkpointed = timer.line(Execution.of(Backprop.CHECKPOINT), stopwatch, WARM_UP)[1];
        Execution least = timer.least();
        double reversed =
                least.backprop() == Backprop.CHECKPOINT
                        ? checkpointed
                        : timer.line(least, stopwatch, WARM_UP)[1];
        Execution lean = least.withChunkTokens(Execution.LEAN_TOKENS);
        double sliced = timer.line(lean, stopwatch, WARM_UP)[1];
        try {
            return new BlockTimes(stored[0], stored[1], checkpointed, reversed, sliced);
        } catch (IllegalArgumentException e) {
            throw new DisturbedException(e);
        }
    }

    /**
     * Returns the time of a step of so many blocks.
     *
     * @param each blocks that every stored or checkpointed branch of the execution stands for
     */
    double step(Execution execution, int depth, double each) {
        double others = depth - each * (execution.stored() + execution.checkpointed());
        double other =
                switch (execution.backprop()) {
                    case STORE -> stored;
                    case CHECKPOINT -> checkpointed;
                    case REVERSIBLE -> reversed;
                };
        double blocks =
                each * (stored * execution.stored() + checkpointed * execution.checkpointed())
                        + other * others;
        int chunk = execution.chunkTokens();
        // Other slices are interpolated, their number being what costs.
        double finer = chunk == 0 ? 0 : (double) Execution.LEAN_TOKENS / chunk;
        return rest + blocks * (1 + (sliced / reversed - 1) * finer);
    }

    /** The model and the way to train it whose steps are timed. */
    record Timer(
            ModelConfig model,
            Method method,
            Precision precision,
            int batch,
            int headTokens,
            int rounds,
            Device device) {

        /** Returns the way that keeps least. */
        Execution least() {
            return Execution.of(method.invertible() ? Backprop.REVERSIBLE : Backprop.CHECKPOINT);
        }

        /** Returns the time outside blocks, at least 0, and that of one block: of the line through both depths. */
        double[] line(Execution way, ToDoubleFunction<WholeSteps> stopwatch, int warmUp) {
            Execution execution = way.withPrecision(precision);
            ModelConfig small = withBlocks(SHALLOW);
            ModelConfig large = withBlocks(DEEPER);
            double least = Double.POSITIVE_INFINITY;
            double most = Double.POSITIVE_INFINITY;
            try (NDManager manager = NDManager.newBaseManager(device);
                    WholeSteps few = steps(small, execution, manager);
                    WholeSteps many = steps(large, execution, manager)) {
                long end = System.nanoTime() + FIRST_NANOS;
                for (int i = 0; i < WARM_UP || (i < warmUp && System.nanoTime() - end < 0); i++) {
                    few.step();
                    many.step();
                }
                for (int round = 0; round < rounds; round++) {
                    least = Math.min(least, stopwatch.applyAsDouble(few));
                    most = Math.min(most, stopwatch.applyAsDouble(many));
                }
            }
            double block = (most - least) / (large.depth() - small.depth());
            return new double[] {Math.max(0, least - small.depth() * block), block};
        }

        private ModelConfig withBlocks(int blocks) {
            if (model instanceof VitConfig vit) {
                return vit.withDepth(blocks);
            }
            return model instanceof GptConfig gpt
                    ? gpt.withDepth(blocks)
                    : ((Seq2SeqConfig) model).withDepths(blocks / 2, blocks / 2);
        }

        private WholeSteps steps(ModelConfig config, Execution execution, NDManager manager) {
            ReversibleModel fresh = ReversibleModel.of(config, method, execution);
            fresh.initialize(manager, StepWorker.SEED);
            return new WholeSteps(
                    fresh,
                    new RandomTask(config),
                    WholeSteps.unclipped(batch).withHeadTokens(headTokens),
                    manager);
        }
    }
}
