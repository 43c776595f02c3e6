package org.bdia.experiment;

import java.util.List;

/** A change in the state of a run of a sweep. */
public sealed interface SweepEvent {

    /** The run it happens to. */
    SweepPlan.Item item();

    /** It was finished before the sweep began. */
    record Skipped(SweepPlan.Item item) implements SweepEvent {}

    /** It was handed to the place that executes it. */
    record Started(SweepPlan.Item item) implements SweepEvent {}

    /** It has come so far. */
    record Progressed(SweepPlan.Item item, StepLine step) implements SweepEvent {}

    /** Another process is writing it; it is tried again later. */
    record Elsewhere(SweepPlan.Item item) implements SweepEvent {}

    /** It is finished. */
    record Finished(SweepPlan.Item item) implements SweepEvent {}

    /**
     * It failed; the sweep goes on without it.
     *
     * @param log why: the end of what it wrote
     */
    record Failed(SweepPlan.Item item, List<String> log) implements SweepEvent {

        /** Copies the log. */
        public Failed {
            log = List.copyOf(log);
        }
    }
}
