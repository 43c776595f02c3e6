package org.bdia.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Result;
import org.bdia.run.MetricRow;

/** A finished run's metrics as rows of results files and as curves. */
final class RunRows {

    private RunRows() {}

    /** The last value of every metric, the best of those on validation data, the last gap, and the hours. */
    static List<Result> of(Outcome outcome) {
        List<Result> rows = new ArrayList<>();
        series(outcome)
                .forEach(
                        (metric, values) -> {
                            rows.add(row(outcome, metric, values.get(values.size() - 1)));
                            if (metric.startsWith("val_")) {
                                double best =
                                        metric.equals("val_accuracy")
                                                ? Collections.max(values)
                                                : Collections.min(values);
                                rows.add(row(outcome, "best_" + metric, best));
                            }
                        });
        SortedMap<Integer, Double> gap = gap(outcome);
        if (!gap.isEmpty()) {
            rows.add(row(outcome, "gap", gap.get(gap.lastKey())));
        }
        rows.add(row(outcome, "hours", outcome.record().manifest().get("hours").asDouble()));
        return rows;
    }

    /** A metric over the epochs, for example {@code val_loss}. */
    static SortedMap<Integer, Double> points(Outcome outcome, String metric) {
        SortedMap<Integer, Double> points = new TreeMap<>();
        for (MetricRow row : outcome.record().metrics()) {
            if (name(row).equals(metric)) {
                points.put(row.epoch(), row.value());
            }
        }
        return points;
    }

    /** Validation loss − training loss, over the epochs that have both. */
    static SortedMap<Integer, Double> gap(Outcome outcome) {
        SortedMap<Integer, Double> training = points(outcome, "train_loss");
        SortedMap<Integer, Double> points = points(outcome, "val_loss");
        points.keySet().retainAll(training.keySet());
        points.replaceAll((epoch, loss) -> loss - training.get(epoch));
        return points;
    }

    private static Map<String, List<Double>> series(Outcome outcome) {
        return outcome.record().metrics().stream()
                .collect(
                        Collectors.groupingBy(
                                RunRows::name,
                                LinkedHashMap::new,
                                Collectors.mapping(MetricRow::value, Collectors.toList())));
    }

    private static String name(MetricRow row) {
        return row.split() + "_" + row.metric();
    }

    private static Result row(Outcome outcome, String metric, double value) {
        Variant variant = outcome.variant();
        return new Result(
                outcome.config().task().label(),
                variant.resultLabel(),
                variant.backpropLabel(),
                outcome.config().seed(),
                outcome.config().model().depth(),
                variant.gamma(),
                "trained",
                metric,
                value);
    }
}
