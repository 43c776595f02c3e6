package org.bdia.experiment;

import java.util.Map;

/**
 * Random search: every drawn run is trained to its end.
 *
 * @param runs the number of runs to draw, 1 or more
 * @param seed the seed of the draws
 * @param space the values of each axis
 * @param metric the id of the metric that ranks the runs
 */
public record RandomSearch(int runs, long seed, Map<String, Distribution> space, String metric)
        implements Search {

    /**
     * Copies the space.
     *
     * @throws IllegalArgumentException if no run is drawn, the space has no task, or the metric is not one of training or
     *     validation data
     */
    public RandomSearch {
        space = Draws.requireSpace(runs, space);
        Draws.requireMetric(metric);
    }
}
