package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Result;
import org.bdia.report.RunMetrics;

/** A finished run's metrics as rows of results files. */
final class RunRows {

    /** The stage of what is measured after the last epoch. */
    static final String TRAINED = "trained";

    private RunRows() {}

    /** A row for each of {@link RunMetrics#finals}. */
    static List<Result> of(Outcome outcome, String stage) {
        Variant variant = outcome.variant();
        List<Result> rows = new ArrayList<>();
        new RunMetrics(outcome.record())
                .finals()
                .forEach(
                        (metric, value) ->
                                rows.add(
                                        new Result(
                                                outcome.config().task().label(),
                                                variant.resultLabel(),
                                                variant.backpropLabel(),
                                                outcome.config().seed(),
                                                outcome.config().model().depth(),
                                                variant.gamma(),
                                                stage,
                                                metric,
                                                value)));
        return rows;
    }
}
