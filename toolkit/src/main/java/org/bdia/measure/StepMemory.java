package org.bdia.measure;

import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;

/** Bytes alive at each moment of a training step of one stack. */
final class StepMemory {

    private final Footprint footprint;
    private final Method method;
    private final boolean residual;
    private final int sideBits;
    private final Execution execution;
    private final int depth;
    private final int batch;
    private final long state;
    private final long chunk;
    private final int headTokens;
    private final long beside;

    /**
     * A step of a stack.
     *
     * @param beside bytes that an encoder keeps meanwhile, whose output's gradient grows over the blocks; 0 without one
     */
    StepMemory(
            Footprint footprint,
            Method method,
            Execution execution,
            int batch,
            int headTokens,
            long beside) {
        this.headTokens = headTokens;
        this.beside = beside;
        this.method = method;
        this.footprint = footprint;
        this.residual = method.plainSum() && method.gamma() == 0 && !method.twoStep();
        this.sideBits = method.sideBits();
        this.execution = execution;
        this.depth = footprint.branches();
        this.batch = batch;
        this.state = footprint.state(batch);
        int tokens = execution.chunkTokens();
        this.chunk =
                tokens == 0
                        ? batch
                        : Math.min(batch, Math.max(1, tokens / footprint.block().tokens()));
    }

    /** The most that is alive at once. */
    long peak() {
        long read = beside == 0 ? 0 : state; // the gradient of the encoder's output
        long embedding = batch * footprint.embeddingPerSample();
        long peak = Math.max(embedding, footprint.table() + 2 * state) + read;
        peak = Math.max(peak, kept(depth - 1) + last() + head());
        for (int k = 0; k < depth; k++) {
            long working = recomputed(k) + footprint.branch(k).workspace(chunk);
            peak = Math.max(peak, kept(k) + gradients(k) + working + (k < depth - 1 ? read : 0));
        }
        return beside + peak;
    }

    /** The most that is alive while a block's weights are updated within the backward pass, without what the optimiser takes. */
    long betweenBlocks() {
        long most = 0;
        for (int k = 0; k < depth; k++) {
            most = Math.max(most, kept(k - 1) + gradients(k));
        }
        return beside + most;
    }

    /** Returns the bytes that an encoder keeps when it is done: for its backward pass, and its output. */
    long finished() {
        return kept(depth - 1) + last() + state;
    }

    private long head() {
        int tokens = footprint.block().tokens();
        long rows = (long) batch * tokens;
        if (headTokens == 0 || headTokens >= rows) {
            return batch * footprint.headPerSample();
        }
        // Of all tokens the normalised state and its gradient; of a slice what a whole head has of
        // all.
        return 2 * state + headTokens * footprint.headPerSample() / tokens;
    }

    /** x_K, where nothing that is kept holds it; of two streams a copy of both. */
    private long last() {
        if (method.streams() > 1) {
            return 2 * state;
        }
        return execution.rebuilt(depth) == depth || (residual && stored(depth - 1)) ? 0 : state;
    }

    /** Bytes that the forward pass keeps for blocks 0 … k. */
    private long kept(int k) {
        long bytes = 0;
        for (int i = 0; i <= k; i++) {
            if (stored(i)) {
                // A residual graph holds the next state; else the state before the block is kept
                // beside it.
                bytes += graphs(i) + (holdsNext(i - 1) ? 0 : state);
            } else if (execution.block(i, depth) == Backprop.CHECKPOINT) {
                bytes += state;
            } else if (i > 0) {
                bytes += state / Float.SIZE * sideBits;
            }
        }
        if (execution.rebuilt(depth) > 0) {
            bytes +=
                    k < execution.rebuilt(depth)
                            ? 2 * state
                            : state; // two states; the second is that of the next block
        }
        return bytes;
    }

    private boolean holdsNext(int k) {
        return k >= 0 && stored(k) && (residual || (k == 0 && method.plainSum()));
    }

    /** The graphs of a stored branch, slice by slice. */
    private long graphs(int k) {
        BranchFootprint branch = footprint.branch(k);
        long whole = batch / chunk;
        long rest = batch % chunk;
        return whole * branch.graph(chunk) + (rest == 0 ? 0 : branch.graph(rest));
    }

    private long recomputed(int k) {
        return stored(k) ? 0 : footprint.branch(k).graph(chunk);
    }

    /** Gradients of states: the block's own, the branch's share of it, and with two states the carry; of two streams the output's. */
    private long gradients(int k) {
        int alive = residual ? stored(k) ? 1 : 2 : method.streams() + (k == 0 ? 1 : 2);
        return alive * state;
    }

    private boolean stored(int k) {
        return execution.block(k, depth) == Backprop.STORE;
    }
}
