package org.bdia.nn;

import ai.djl.engine.Engine;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Draw;

/** Seeds the engine's generator, which has 32 bits, before weights are drawn. */
final class EngineSeed {

    /** No block's index, and no other layer's. */
    private static final int WEIGHTS = Integer.MIN_VALUE;

    private EngineSeed() {}

    /** Seeds as a function of all 64 bits; 0 … 2³¹ − 1 are taken as they are. */
    static void set(long seed) {
        if (seed >>> 31 == 0) {
            Engine.getEngine("PyTorch").setRandomSeed((int) seed);
        } else {
            Autograd.seedDropout(new Draw(seed, 0, new long[] {0}), WEIGHTS);
        }
    }
}
