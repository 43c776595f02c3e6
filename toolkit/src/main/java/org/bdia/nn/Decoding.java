package org.bdia.nn;

import org.bdia.config.Ranges;

/** The strategy that chooses the next token. */
public sealed interface Decoding {

    /** The likeliest token; of equals the one with the lowest id. */
    record Greedy() implements Decoding {}

    /**
     * A token drawn from the model's distribution, as a function of (seed, row, position).
     *
     * @param temperature what scores are divided by, above 0
     * @param topK draw from this many likeliest tokens only; 0 for all
     * @param topP draw from the fewest likeliest tokens whose probabilities sum to this, 0 &lt; topP ≤ 1; 1 for all
     * @param seed the draws' seed
     */
    record Sample(double temperature, int topK, double topP, long seed) implements Decoding {

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the value that is out of range
         */
        public Sample {
            if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "temperature must be above 0, but is "
                                + temperature
                                + "; greedy() is its limit at 0");
            }
            if (topK < 0 || !(topP > 0 && topP <= 1)) {
                throw new IllegalArgumentException(
                        "topK must be 0 or more and topP above 0 and at most 1, but they are "
                                + topK
                                + " and "
                                + topP);
            }
        }

        /** Returns a copy from the k likeliest tokens only. */
        public Sample withTopK(int k) {
            return new Sample(temperature, k, topP, seed);
        }

        /** Returns a copy from the likeliest tokens of a total probability only. */
        public Sample withTopP(double p) {
            return new Sample(temperature, topK, p, seed);
        }
    }

    /**
     * The likeliest of several sequences that are followed side by side.
     *
     * @param beams sequences followed, 1 or more
     * @param lengthPenalty sequences compare by log-probability / length^penalty, 0 or more
     * @param noRepeatNgram no n-gram of this length comes twice in what is generated; 0 for no such rule
     */
    record Beam(int beams, double lengthPenalty, int noRepeatNgram) implements Decoding {

        /**
         * Checks the ranges.
         *
         * @throws IllegalArgumentException naming the value that is out of range
         */
        public Beam {
            Ranges.positive("beams", beams);
            if (!(lengthPenalty >= 0) || noRepeatNgram < 0) {
                throw new IllegalArgumentException(
                        "lengthPenalty and noRepeatNgram must be 0 or more, but are "
                                + lengthPenalty
                                + " and "
                                + noRepeatNgram);
            }
        }

        /** Returns a copy with another length penalty. */
        public Beam withLengthPenalty(double penalty) {
            return new Beam(beams, penalty, noRepeatNgram);
        }

        /** Returns a copy without repeated n-grams. */
        public Beam withNoRepeatNgram(int n) {
            return new Beam(beams, lengthPenalty, n);
        }
    }

    /** The likeliest token. */
    static Decoding greedy() {
        return new Greedy();
    }

    /** A token drawn from the whole distribution. */
    static Sample sample(double temperature, long seed) {
        return new Sample(temperature, 0, 1, seed);
    }

    /** Beam search with length penalty 1. */
    static Beam beam(int beams) {
        return new Beam(beams, 1, 0);
    }
}
