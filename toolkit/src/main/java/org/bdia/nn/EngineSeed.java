package org.bdia.nn;

import java.util.function.Supplier;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;

/** Seeds the engine's generator, which has 32 bits, for drawing weights. */
final class EngineSeed {

    /** No block's index, and no other layer's. */
    private static final int WEIGHTS = Integer.MIN_VALUE;

    private EngineSeed() {}

    /**
     * Draws weights as a function of all 64 bits of the seed; 0 … 2³¹ − 1 are taken as they are. Other threads that draw
     * wait.
     */
    static void draw(long seed, Runnable initialisation) {
        Supplier<Void> drawing =
                () -> {
                    initialisation.run();
                    return null;
                };
        if (seed >>> 31 == 0) {
            Autograd.seeded((int) seed, drawing);
        } else {
            Autograd.seeded(new StepKey(seed, 0, new long[] {0}).engineSeed(WEIGHTS), drawing);
        }
    }
}
