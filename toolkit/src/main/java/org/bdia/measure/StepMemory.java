package org.bdia.measure;

import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;

/** Bytes alive at each moment of a training step. */
final class StepMemory {

    private final Footprint footprint;
    private final boolean residual;
    private final int sideBits;
    private final Execution execution;
    private final int depth;
    private final int batch;
    private final int first; // the number of blocks differentiated by the execution's backprop
    private final long state;
    private final long chunk;
    private final int headTokens;

    StepMemory(
            Footprint footprint,
            Method method,
            Execution execution,
            int depth,
            int batch,
            int headTokens) {
        this.headTokens = headTokens;
        this.footprint = footprint;
        this.residual = method.plainSum() && method.gamma() == 0 && !method.twoStep();
        this.sideBits = method.sideBits();
        this.execution = execution;
        this.depth = depth;
        this.batch = batch;
        this.first = depth - execution.checkpointed() - execution.stored();
        this.state = footprint.state(batch);
        int tokens = execution.chunkTokens();
        this.chunk =
                tokens == 0 ? batch : Math.min(batch, Math.max(1, tokens / footprint.tokens()));
    }

    /** The most that is alive at once. */
    long peak() {
        long peak = batch * footprint.embeddingPerSample();
        peak = Math.max(peak, footprint.table() + 2 * state);
        peak = Math.max(peak, kept(depth - 1) + last() + head());
        for (int k = 0; k < depth; k++) {
            peak =
                    Math.max(
                            peak,
                            kept(k) + gradients(k) + recomputed(k) + footprint.workspace(chunk));
        }
        return peak;
    }

    private long head() {
        long rows = (long) batch * footprint.tokens();
        if (headTokens == 0 || headTokens >= rows) {
            return batch * footprint.headPerSample();
        }
        // Of all tokens the normalised state and its gradient; of a slice what a whole head has of
        // all.
        return 2 * state + headTokens * footprint.headPerSample() / footprint.tokens();
    }

    /** x_K, where nothing that is kept holds it. */
    private long last() {
        return rebuilt() == depth || (residual && stored(depth - 1)) ? 0 : state;
    }

    /** Bytes that the forward pass keeps for blocks 0 … k. */
    private long kept(int k) {
        long bytes = 0;
        for (int i = 0; i <= k; i++) {
            if (stored(i)) {
                // A residual graph holds the next state; else the state before the block is kept
                // beside it.
                boolean holdsState = residual && i > 0 && stored(i - 1);
                bytes += graphs() + (holdsState ? 0 : state);
            } else if (checkpointed(i)) {
                bytes += state;
            } else if (i > 0) {
                bytes += state / Float.SIZE * sideBits;
            }
        }
        if (rebuilt() > 0) {
            bytes +=
                    k < rebuilt()
                            ? 2 * state
                            : state; // two states; the second is that of the next block
        }
        return bytes;
    }

    /** The graphs of one stored block, slice by slice. */
    private long graphs() {
        long whole = batch / chunk;
        long rest = batch % chunk;
        return whole * footprint.graph(chunk) + (rest == 0 ? 0 : footprint.graph(rest));
    }

    private long recomputed(int k) {
        return stored(k) ? 0 : footprint.graph(chunk);
    }

    /** Gradients of states: the block's own, the branch's share of it, and with two states the carry. */
    private long gradients(int k) {
        int alive = residual ? stored(k) ? 1 : 2 : 3;
        return alive * state;
    }

    private int rebuilt() {
        return execution.backprop() == Backprop.REVERSIBLE ? first : 0;
    }

    private boolean stored(int k) {
        return k >= depth - execution.stored()
                || (k < first && execution.backprop() == Backprop.STORE);
    }

    private boolean checkpointed(int k) {
        return !stored(k) && (k >= first || execution.backprop() == Backprop.CHECKPOINT);
    }
}
