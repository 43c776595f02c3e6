package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.report.Metric;
import org.bdia.report.RowTable;
import org.bdia.report.RunSet;
import org.bdia.run.RunStore;
import tech.tablesaw.api.Table;

/**
 * A run of a search and its value.
 *
 * @param value the metric's value; NaN where the run is not finished
 */
record Ranking(RunConfig config, double value) {

    private static final int ROWS = 10;

    /**
     * Returns runs, the best first: by value, equal ones by id. Those without a finite value are last.
     *
     * @throws IllegalArgumentException if a finished run lacks the metric
     */
    static List<Ranking> of(List<RunConfig> configs, String metric, RunStore store) {
        double sign = new Metric(metric).higherIsBetter() ? -1 : 1;
        return configs.stream()
                .map(config -> new Ranking(config, value(config.id(), metric, store)))
                .sorted(
                        Comparator.comparing((Ranking run) -> !Double.isFinite(run.value))
                                .thenComparingDouble(run -> finite(sign * run.value))
                                .thenComparing(run -> run.config.id()))
                .toList();
    }

    private static double finite(double value) {
        return Double.isFinite(value) ? value : 0;
    }

    private static double value(String id, String metric, RunStore store) {
        if (!store.isDone(id)) {
            return Double.NaN;
        }
        Map<String, Double> values = RunSet.finals(store.read(id));
        if (!values.containsKey(metric)) {
            throw new IllegalArgumentException(
                    "run "
                            + id
                            + " has no metric '"
                            + metric
                            + "'; it has "
                            + values.keySet()
                            + "; name one of those of training or validation data, no run is lost by it");
        }
        return values.get(metric);
    }

    /**
     * Returns the best finished runs with their values on the axes of the search, those of the last rung first.
     *
     * @param rungs the runs of each rung
     */
    static Table table(Search search, List<List<RunConfig>> rungs, RunStore store) {
        List<Ranking> finished = new ArrayList<>();
        for (int i = rungs.size() - 1; i >= 0; i--) {
            of(rungs.get(i), search.metric(), store).stream()
                    .filter(run -> store.isDone(run.config.id()))
                    .forEach(finished::add);
        }
        List<Ranking> best = finished.stream().limit(ROWS).toList();
        Metric metric = new Metric(search.metric());
        String title = "the best of " + finished.size() + " finished runs by " + metric.words();
        RowTable<Ranking> table = RowTable.of(title, best);
        table.with(metric.column(metric.words(), best.stream().map(Ranking::value).toList()));
        if (rungs.size() > 1) {
            table.whole("epochs", run -> run.config.train().epochs());
        }
        search.space()
                .forEach(
                        (axis, values) -> {
                            boolean fixed =
                                    values instanceof Distribution.Choice choice
                                            && choice.values().size() == 1;
                            if (!fixed) {
                                table.text(axis, run -> run.text(axis));
                            }
                        });
        return table.text("run", run -> run.config.id()).table();
    }

    /** Returns the value of an axis, methods and tasks by their names. */
    private String text(String axis) {
        if (axis.equals(Grid.TASK)) {
            return config.task().label();
        }
        JsonNode json = Json.tree(config.json(), "run " + config.id());
        JsonNode value = json.at("/" + axis.replace('.', '/'));
        return value.isObject() ? value.path("name").asText(value.toString()) : value.asText("–");
    }
}
