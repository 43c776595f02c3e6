package org.bdia.experiment;

import java.util.Map;

/**
 * Runs drawn at random: the key {@code search} of {@code sweep.json}.
 *
 * <p>A drawn value is a function of seed, index and axis alone: more runs or another axis change no other value. Equal runs
 * count once.
 */
public sealed interface Search permits RandomSearch, Halving {

    /** The number of runs to draw, 1 or more. */
    int runs();

    /** The seed of the draws. */
    long seed();

    /** The values of each axis, see {@link Sweep} for axes; {@code task} is a list. */
    Map<String, Distribution> space();

    /** The id of the metric, of training or validation data, that ranks the runs; {@code best_val_loss} where JSON has none. */
    String metric();
}
