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
 * @param time the predicted time of the step, in the unit of the {@link BlockTimes}: milliseconds where they are measured
 * @param relativeTime the same divided by that of storing every block
 */
public record MemoryPlan(
        Execution execution, long peakBytes, long totalBytes, double time, double relativeTime) {

    private static final int[] CHUNKS = {0, 4096, 2048, 1024, 512};
    private static final double MIB = 1 << 20;

    /** {@link #forBudget(MemoryModel, int, Precision, BlockTimes, long)} in float32 with typical times. */
    public static MemoryPlan forBudget(MemoryModel memory, int batch, long bytes) {
        return forBudget(memory, batch, Precision.FLOAT32, BlockTimes.typical(), bytes);
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
            MemoryModel memory, int batch, Precision precision, BlockTimes times, long bytes) {
        Optional<MemoryPlan> fastest =
                plans(memory, batch, precision, times)
                        .filter(plan -> plan.totalBytes <= bytes)
                        .min(
                                Comparator.comparingDouble(MemoryPlan::relativeTime)
                                        .thenComparingLong(MemoryPlan::totalBytes));
        return fastest.orElseThrow(() -> tooSmall(memory, batch, precision, times, bytes));
    }

    private static Stream<MemoryPlan> plans(
            MemoryModel memory, int batch, Precision precision, BlockTimes times) {
        int depth = memory.branches();
        Backprop backprop = memory.reverses() ? Backprop.REVERSIBLE : Backprop.CHECKPOINT;
        Execution all = Execution.of(backprop).withPrecision(precision);
        Stream<Execution> mixed =
                IntStream.of(CHUNKS)
                        .mapToObj(all::withChunkTokens)
                        .flatMap(
                                chunked ->
                                        IntStream.rangeClosed(0, depth)
                                                .mapToObj(chunked::withStored)
                                                .flatMap(stored -> checkpoints(stored, depth)));
        // Of stacks of unequal depths the others store no more blocks than the shallowest has.
        Execution storing = Execution.of(Backprop.STORE).withPrecision(precision);
        return Stream.concat(mixed, Stream.of(storing))
                .map(execution -> of(memory, execution, batch, times));
    }

    private static Stream<Execution> checkpoints(Execution execution, int depth) {
        int most = execution.backprop() == Backprop.CHECKPOINT ? 0 : depth - execution.stored();
        return IntStream.rangeClosed(0, most).mapToObj(execution::withCheckpointed);
    }

    /**
     * Returns what an execution is predicted to take.
     *
     * @throws IllegalArgumentException as {@link MemoryModel#peak} does
     */
    public static MemoryPlan of(
            MemoryModel memory, Execution execution, int batch, BlockTimes times) {
        int depth = memory.model().depth();
        long peak = memory.peak(execution, batch);
        double time = times.step(execution, depth, memory.blocksPerBranch());
        double storing = times.step(Execution.of(Backprop.STORE), depth, 1);
        return new MemoryPlan(execution, peak, peak + memory.resting(), time, time / storing);
    }

    private static IllegalArgumentException tooSmall(
            MemoryModel memory, int batch, Precision precision, BlockTimes times, long bytes) {
        long least =
                plans(memory, batch, precision, times)
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
                        Math.floor(bytes / MIB * 10) / 10,
                        up(least),
                        up(memory.resting())));
    }

    /** Returns MiB with one decimal, enough as a budget. */
    private static double up(long bytes) {
        return Math.ceil(bytes / MIB * 10) / 10;
    }
}
