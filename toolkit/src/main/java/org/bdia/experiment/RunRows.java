package org.bdia.experiment;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bdia.config.RunConfig;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Comparison;
import org.bdia.report.Metric;
import org.bdia.report.Result;
import org.bdia.report.RunSet;
import tech.tablesaw.api.Table;

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
        Variant variant = outcome.variant();
        RunConfig config = outcome.config();
        return new Result(
                config.task().label(),
                variant.resultLabel(),
                variant.backpropLabel(),
                config.seed(),
                config.model().depth(),
                variant.method().gamma(),
                stage,
                metric,
                value);
    }

    /**
     * Adds numeric columns of each metric, see {@link Metric#columns}, to a table.
     *
     * @param lines the rows behind each line of the table
     */
    static Table addColumns(Table table, List<String> metrics, Collection<List<Result>> lines) {
        for (String id : metrics) {
            new Metric(id)
                    .columns(lines.stream().map(line -> summary(line, id)).toList())
                    .forEach(table::addColumns);
        }
        return table;
    }

    private static Optional<Comparison.Summary> summary(List<Result> line, String id) {
        return line.stream().anyMatch(row -> row.metric().equals(id))
                ? Comparison.of(line, id).summaries().stream().findFirst()
                : Optional.empty();
    }
}
