package org.bdia.reversible;

import java.util.Locale;

/** A rebuilt state differs from the one that the forward pass made. */
public final class ReconstructionException extends IllegalStateException {

    private final int state;

    ReconstructionException(int state, long expected, long found) {
        super(
                String.format(
                        Locale.ROOT,
                        "state %d was rebuilt differently from how it was made (fingerprint %016x, forward"
                                + " %016x); block %d did not repeat itself bit for bit: its weights, its"
                                + " dropout seed, its threads or a state in place were changed between"
                                + " forward and backward",
                        state,
                        found,
                        expected,
                        state + 1));
        this.state = state;
    }

    /** The index k of the first state x<sub>k</sub>, counted from the last block, that differs. */
    public int state() {
        return state;
    }
}
