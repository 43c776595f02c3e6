package org.bdia.measure;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Precision;

/**
 * The fastest way to run a training step within a budget of memory: which blocks are stored, which checkpointed, which
 * rebuilt, and how many tokens a block works on at a time.
 *
 * @param execution how to build the model, {@code new VisionTransformer(config, method, plan.execution())}
 * @param peakBytes the predicted peak above rest
 * @param totalBytes the same with weights, gradients and AdamW's two moments
 * @param relativeTime the predicted time of the blocks' step, divided by that of storing every block
 */
public record MemoryPlan(
        Execution execution, long peakBytes, long totalBytes, double relativeTime) {

    private static final int[] CHUNKS = {0, 4096, 2048, 1024, 512};
    private static final double MIB = 1 << 20;

    /**
     * Time of a block that is not stored relative to a stored block. The arithmetic alone says 4/3: one more forward pass.
     *
     * @param checkpointed of a block whose state is kept
     * @param reversed of a block whose state is rebuilt
     * @param sliced how many times as long a recomputed block takes when it works on {@link Execution#LEAN_TOKENS} tokens at a
     *     time; other slices are interpolated, their number being what costs
     */
    public record Costs(double checkpointed, double reversed, double sliced) {

        /** Checks that nothing costs less than storing. */
        public Costs {
            if (!(checkpointed >= 1 && reversed >= 1 && sliced >= 1)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "costs are relative to a stored block and at least 1, but are %s, %s and %s",
                                checkpointed,
                                reversed,
                                sliced));
            }
        }

        /** Measured by {@code ci/bench} on two cores at its base size. */
        public static Costs typical() {
            return new Costs(1.3, 1.35, 1.15);
        }

        private double block(double whole, int tokens) {
            double finer = (double) Execution.LEAN_TOKENS / tokens;
            return whole * (tokens == 0 ? 1 : 1 + (sliced - 1) * finer);
        }
    }

    /** {@link #forBudget(MemoryModel, int, Precision, Costs, long)} in float32 with typical costs. */
    public static MemoryPlan forBudget(MemoryModel memory, int batch, long bytes) {
        return forBudget(memory, batch, Precision.FLOAT32, Costs.typical(), bytes);
    }

    /**
     * The fastest plan whose predicted total fits.
     *
     * @param memory of which model and method
     * @param batch B, 1 or more
     * @param bytes the budget for everything: weights, gradients, AdamW's moments, and the step's peak
     * @throws IllegalArgumentException if nothing fits; it names the least that does
     */
    public static MemoryPlan forBudget(
            MemoryModel memory, int batch, Precision precision, Costs costs, long bytes) {
        Optional<MemoryPlan> fastest =
                plans(memory, batch, precision, costs)
                        .filter(plan -> plan.totalBytes <= bytes)
                        .min(
                                Comparator.comparingDouble(MemoryPlan::relativeTime)
                                        .thenComparingLong(MemoryPlan::totalBytes));
        return fastest.orElseThrow(() -> tooSmall(memory, batch, precision, costs, bytes));
    }

    private static Stream<MemoryPlan> plans(
            MemoryModel memory, int batch, Precision precision, Costs costs) {
        int depth = memory.model().depth();
        Backprop backprop = memory.reverses() ? Backprop.REVERSIBLE : Backprop.CHECKPOINT;
        Execution all = Execution.of(backprop).withPrecision(precision);
        return IntStream.of(CHUNKS)
                .mapToObj(all::withChunkTokens)
                .flatMap(
                        chunked ->
                                IntStream.rangeClosed(0, depth)
                                        .mapToObj(chunked::withStored)
                                        .flatMap(stored -> checkpoints(stored, depth)))
                .map(
                        execution -> {
                            long peak = memory.peak(execution, batch);
                            return new MemoryPlan(
                                    execution,
                                    peak,
                                    peak + memory.resting(),
                                    time(execution, depth, costs));
                        });
    }

    private static Stream<Execution> checkpoints(Execution execution, int depth) {
        int most = execution.backprop() == Backprop.CHECKPOINT ? 0 : depth - execution.stored();
        return IntStream.rangeClosed(0, most).mapToObj(execution::withCheckpointed);
    }

    private static double time(Execution execution, int depth, Costs costs) {
        int others = depth - execution.stored() - execution.checkpointed();
        double other =
                execution.backprop() == Backprop.REVERSIBLE ? costs.reversed : costs.checkpointed;
        int chunk = execution.chunkTokens();
        double blocks =
                costs.block(execution.stored(), chunk)
                        + costs.block(costs.checkpointed * execution.checkpointed(), chunk)
                        + costs.block(other * others, chunk);
        return blocks / depth;
    }

    private static IllegalArgumentException tooSmall(
            MemoryModel memory, int batch, Precision precision, Costs costs, long bytes) {
        long least =
                plans(memory, batch, precision, costs)
                        .mapToLong(MemoryPlan::totalBytes)
                        .min()
                        .orElseThrow();
        return new IllegalArgumentException(
                String.format(
                        Locale.ROOT,
                        "no way to run %s with batch %d fits into %.1f MiB: the least that does takes %.1f MiB, %.1f of them"
                                + " for weights, gradients and the optimiser; take a smaller batch or model, or a"
                                + " larger budget",
                        memory.model(),
                        batch,
                        bytes / MIB,
                        least / MIB,
                        memory.resting() / MIB));
    }
}
