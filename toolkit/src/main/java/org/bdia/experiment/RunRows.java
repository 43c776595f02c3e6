package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import org.bdia.config.RunConfig;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Result;
import org.bdia.report.RunSet;

/** A finished run's metrics as rows of results files. */
final class RunRows {

    /** The stage of what is measured after the last epoch. */
    static final String TRAINED = "trained";

    /** The end of the names of test scores at the epoch with the lowest validation loss. */
    static final String AT_BEST = "_at_best";

    private RunRows() {}

    /** A row for each of {@link RunSet#finals}. */
    static List<Result> of(Outcome outcome, String stage) {
        List<Result> rows = new ArrayList<>();
        RunSet.finals(outcome.record())
                .forEach((metric, value) -> rows.add(row(outcome, stage, metric, value)));
        return rows;
    }

    /** One number that was measured on what the run has learnt. */
    static Result row(Outcome outcome, String stage, String metric, double value) {
        return row(outcome, outcome.variant().resultLabel(), stage, metric, value);
    }

    private static Result row(
            Outcome outcome, String method, String stage, String metric, double value) {
        Variant variant = outcome.variant();
        RunConfig config = outcome.config();
        return new Result(
                config.task().label(),
                method,
                variant.backpropLabel(),
                config.seed(),
                config.model().depth(),
                variant.method().gamma(),
                stage,
                metric,
                value);
    }
}
