package org.bdia.report;

import org.bdia.run.RunRecord;

/**
 * A finished run and the name of the line that it belongs to in a comparison.
 *
 * @param label the line's name, the same for all seeds
 * @param seed the run's seed
 * @param record what the run left behind
 */
public record LabelledRun(String label, long seed, RunRecord record) {}
