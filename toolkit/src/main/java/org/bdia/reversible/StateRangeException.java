package org.bdia.reversible;

import org.bdia.config.FixedPoint;

/** A state left the range in which float32 is exact on the grid, or is not a number. */
public final class StateRangeException extends ArithmeticException {

    StateRangeException(int state, float value, FixedPoint grid) {
        super(message(state, value, grid));
    }

    private static String message(int state, float value, FixedPoint grid) {
        if (Float.isNaN(value)) {
            return "state "
                    + state
                    + " holds NaN; the weights have diverged or the input held NaN: lower the learning rate,"
                    + " and go on from the last checkpoint";
        }
        String limit =
                "state "
                        + state
                        + " reaches "
                        + value
                        + ", but level "
                        + grid.level()
                        + " represents float32 exactly only below "
                        + grid.bound()
                        + " (2^(24-"
                        + grid.level()
                        + "))";
        int level = (int) Math.floor(24 - Math.log(Math.abs(value)) / Math.log(2) - 1e-9);
        return level >= FixedPoint.MIN_LEVEL && Float.isFinite(value)
                ? limit + "; lower the level to " + level + ", or the learning rate"
                : limit + "; lower the learning rate";
    }
}
