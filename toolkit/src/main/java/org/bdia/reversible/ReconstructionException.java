package org.bdia.reversible;

import java.util.Locale;

/** A rebuilt or recomputed state differs from the one that the forward pass made. */
public final class ReconstructionException extends IllegalStateException {

    private final int state;

    private ReconstructionException(int state, String how, int block, long expected, long found) {
        super(
                String.format(
                        Locale.ROOT,
                        "state %d was %s differently from how it was made (fingerprint %016x, forward"
                                + " %016x); block %d did not repeat itself bit for bit: its weights, its"
                                + " dropout seed, its threads or a state in place were changed between"
                                + " forward and backward",
                        state,
                        how,
                        found,
                        expected,
                        block));
        this.state = state;
    }

    /** Reports a state that was rebuilt from the two behind it, by running the block that followed it. */
    static ReconstructionException rebuilt(int state, long expected, long found) {
        return new ReconstructionException(state, "rebuilt", state + 1, expected, found);
    }

    /** Reports that block 0, recomputed for its gradient, leads to another x<sub>1</sub>. */
    static ReconstructionException repeated(long expected, long found) {
        return new ReconstructionException(1, "recomputed from state 0", 0, expected, found);
    }

    /** Returns the highest index k whose state x<sub>k</sub> differs. */
    public int state() {
        return state;
    }
}
