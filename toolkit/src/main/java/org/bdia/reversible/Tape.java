package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;

/**
 * What one forward pass keeps for its backward pass. One manager owns it all, so that closing the tape frees
 * everything, also after an exception in the middle.
 */
final class Tape implements AutoCloseable {

    /** One block's recorded graph: its input as a leaf and the branch computed from it. */
    record Recorded(NDArray leaf, NDArray branch) {}

    final NDManager manager;
    final Draw draw;

    /** What every branch gets beside its state; the caller's. */
    final NDList context;

    /** ±|γ| per block and sample; row 0 and, for γ = 0, every row is null. */
    final float[][] gammas;

    /** Where states are checkpointed: x_0 … x_{K−1}; else null. */
    final NDArray[] states;

    /** Where graphs are stored: one per block; else null. */
    final Recorded[] graphs;

    /** s_0 … s_{K−2} where the method keeps side bits and the backward pass needs them. */
    final SideBits[] sides;

    /** One fingerprint per state in verify mode; else null. */
    final long[] fingerprints;

    /** x_{K−1} and x_K. */
    NDArray previous;

    NDArray current;

    Tape(
            NDManager manager,
            Draw draw,
            NDList context,
            int blocks,
            Backprop backprop,
            boolean verify) {
        this.manager = manager;
        this.draw = draw;
        this.context = context;
        this.gammas = new float[blocks][];
        this.states = backprop == Backprop.CHECKPOINT ? new NDArray[blocks] : null;
        this.graphs = backprop == Backprop.STORE ? new Recorded[blocks] : null;
        this.sides = new SideBits[blocks];
        this.fingerprints = verify && backprop == Backprop.REVERSIBLE ? new long[blocks + 1] : null;
    }

    /** Takes an array out of the innermost scope and owns it until it is closed. */
    NDArray keep(NDArray array) {
        NDScope.unregister(array);
        array.attach(manager);
        return array;
    }

    /** Block k's γ as (B, 1, …, 1), or null for γ = 0. */
    NDArray gamma(int k, NDArray like) {
        return gammas[k] == null
                ? null
                : Gamma.broadcast(
                        manager, gammas[k], like.getShape().dimension(), like.getDataType());
    }

    /** The bytes of side information held. */
    long sideBytes() {
        long bytes = 0;
        for (SideBits side : sides) {
            bytes += side == null ? 0 : side.bytes();
        }
        return bytes;
    }

    @Override
    public void close() {
        manager.close();
    }
}
