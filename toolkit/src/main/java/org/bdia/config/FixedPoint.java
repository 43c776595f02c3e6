package org.bdia.config;

/**
 * The grid of multiples of 2<sup>−l</sup> on which exact states live.
 *
 * <p>A float32 holds every multiple of 2<sup>−l</sup> below 2<sup>24−l</sup> exactly, so inside that
 * bound the sums of a BDIA step are exact too.
 *
 * @param level the quantisation level l, {@value #MIN_LEVEL} to {@value #MAX_LEVEL}; the paper uses 9
 */
public record FixedPoint(int level) {

    /** The coarsest grid, step ½. */
    public static final int MIN_LEVEL = 1;

    /** The finest grid, step 2<sup>−16</sup>, which leaves states |x| &lt; 256. */
    public static final int MAX_LEVEL = 16;

    /** The paper's level: step 2<sup>−9</sup>, states |x| &lt; 32768. */
    public static final int PAPER_LEVEL = 9;

    /**
     * Checks the range of the level.
     *
     * @throws IllegalArgumentException if the level is outside 1 to 16
     */
    public FixedPoint {
        if (level < MIN_LEVEL || level > MAX_LEVEL) {
            throw new IllegalArgumentException(
                    "level must be "
                            + MIN_LEVEL
                            + " to "
                            + MAX_LEVEL
                            + " (grid step 2^-level), but is "
                            + level
                            + "; the paper uses "
                            + PAPER_LEVEL);
        }
    }

    /** The grid step 2<sup>−l</sup>. */
    public double step() {
        return Math.scalb(1.0, -level);
    }

    /** The number of grid steps in one, 2<sup>l</sup>. */
    public double scale() {
        return Math.scalb(1.0, level);
    }

    /** The strict bound 2<sup>24−l</sup> on |x| within which float32 is exact. */
    public double bound() {
        return Math.scalb(1.0, 24 - level);
    }
}
