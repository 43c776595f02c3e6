package org.bdia.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Where a method differs from a reference: the difference over seeds at some epochs of experiments that differ in one thing,
 * such as the number of training images. A cell is one experiment at one epoch; it <em>survives</em> if its p-value, corrected by
 * Holm over all cells, is below 5 %. Epochs of one run are not independent, which Holm's correction does not need.
 */
public final class DifferenceMap implements Tabular {

    private static final double LEVEL = 0.05;

    private record Cell(String experiment, int epoch, Contrast contrast) {
        double difference() {
            return contrast.estimate().difference();
        }

        double low() {
            return contrast.low();
        }

        double high() {
            return contrast.high();
        }

        double p() {
            return contrast.estimate().p();
        }
    }

    private final Metric metric;
    private final String title;
    private final List<Cell> cells;
    private final double[] corrected;
    private final Caption caption;

    private DifferenceMap(Metric metric, String title, List<Cell> cells, Caption caption) {
        this.metric = metric;
        this.title = title;
        this.cells = cells;
        this.caption = caption;
        corrected = Contrast.holm(cells.stream().mapToDouble(cell -> cell.p()).toArray());
    }

    /**
     * Compares two methods.
     *
     * @param name for example {@code val_loss} or validation loss, see {@link RunSet#curves}
     * @param experiments by their names, at least one
     * @param epochs ascending, each measured in every run of both methods
     * @throws IllegalArgumentException if there is no cell, the epochs do not ascend, or a run or one of its values is missing
     */
    public static DifferenceMap of(
            String name,
            String method,
            String reference,
            Map<String, RunSet> experiments,
            List<Integer> epochs) {
        if (experiments.isEmpty() || epochs.isEmpty()) {
            throw new IllegalArgumentException(
                    "a map needs at least one experiment and one epoch, but has "
                            + experiments.keySet()
                            + " and "
                            + epochs);
        }
        // The correction counts cells: one that stands twice would hide the others.
        if (!epochs.equals(List.copyOf(new TreeSet<>(epochs)))) {
            throw new IllegalArgumentException("epochs must ascend, each once, but are " + epochs);
        }
        RunSet first = experiments.values().iterator().next();
        Metric metric = Metric.of(name, first.curveMetrics());
        List<Cell> cells = new ArrayList<>();
        experiments.forEach(
                (experiment, runs) ->
                        epochs.forEach(
                                epoch ->
                                        cells.add(
                                                new Cell(
                                                        experiment,
                                                        epoch,
                                                        runs.compareAt(metric, epoch)
                                                                .contrast(method, reference)))));
        String title = metric.words() + ", " + method + " − " + reference;
        return new DifferenceMap(metric, title, cells, RunSet.caption(experiments.values()));
    }

    /**
     * Returns one row per cell: {@code experiment}, {@code epoch}, {@code seeds}, the {@code difference} with its 95 % interval, missing for fewer than
     * three seeds, {@code p}, {@code p Holm} and {@code survives}, yes or no. Differences of accuracies are fractions, shown in percentage points.
     */
    @Override
    public Table table() {
        return RowTable.of(title, cells)
                .text("experiment", Cell::experiment)
                .whole("epoch", Cell::epoch)
                .whole("seeds", cell -> cell.contrast().n())
                .with(differences("difference", Cell::difference))
                .with(differences("95 % low", Cell::low))
                .with(differences("95 % high", Cell::high))
                .number("p", Cell::p)
                .with(DoubleColumn.create("p Holm", corrected))
                .with(
                        StringColumn.create(
                                "survives",
                                IntStream.range(0, cells.size())
                                        .mapToObj(i -> survives(i) ? "yes" : "no")))
                .table();
    }

    private DoubleColumn differences(String name, Function<Cell, Double> number) {
        return metric.differences(name, cells.stream().map(number).toList());
    }

    private boolean survives(int cell) {
        return corrected[cell] < LEVEL;
    }

    /**
     * Returns one line per experiment, the difference against the epoch, inside its 95 % intervals from three seeds on, and a ring around each cell that
     * survives; of accuracies in percentage points.
     */
    public Figure figure() {
        List<Series> series = new ArrayList<>();
        for (String experiment : cells.stream().map(Cell::experiment).distinct().toList()) {
            List<Cell> row = cells.stream().filter(c -> c.experiment().equals(experiment)).toList();
            boolean intervals = row.stream().noneMatch(c -> Double.isNaN(c.low()));
            series.add(
                    new Series.Line(
                            experiment,
                            row.stream().map(cell -> (double) cell.epoch()).toList(),
                            heights(row, Cell::difference),
                            intervals ? heights(row, Cell::low) : List.of(),
                            intervals ? heights(row, Cell::high) : List.of()));
        }
        List<Cell> survivors =
                IntStream.range(0, cells.size())
                        .filter(this::survives)
                        .mapToObj(cells::get)
                        .toList();
        if (!survivors.isEmpty()) {
            series.add(
                    new Series.Points(
                            "p < 0.05 after Holm",
                            survivors.stream().map(cell -> (double) cell.epoch()).toList(),
                            heights(survivors, Cell::difference)));
        }
        boolean intervals = cells.stream().anyMatch(cell -> !Double.isNaN(cell.low()));
        String shown = intervals ? "difference, mean and 95 % interval" : "mean difference";
        Axis axis = Axis.linear(shown + metric.differenceUnit());
        return new Figure(title, Axis.linear("epoch"), axis, series, caption);
    }

    private List<Double> heights(List<Cell> row, ToDoubleFunction<Cell> number) {
        return row.stream().map(cell -> metric.shown(number.applyAsDouble(cell))).toList();
    }
}
