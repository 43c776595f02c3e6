package org.bdia.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bdia.run.MetricRow;
import org.bdia.run.RunRecord;

/** A finished run's numbers, by split and metric in one word: {@code train_loss}, {@code val_accuracy}, {@code test_bleu}. */
record RunMetrics(RunRecord record) {

    /**
     * Validation loss − training loss: the validation data's mean over images or tokens after the epoch, less the unweighted mean of
     * the losses that the epoch's batches had while it went on, with dropout and label smoothing where there are such.
     */
    static final String GAP = "gap";

    private static final String VALIDATION = "val_";

    /** Returns one number per metric, see {@link RunSet#finals(RunRecord)}. */
    Map<String, Double> finals() {
        Map<String, List<Double>> series = new LinkedHashMap<>();
        for (MetricRow row : record.metrics()) {
            series.computeIfAbsent(name(row), name -> new ArrayList<>()).add(row.value());
        }
        Map<String, Double> finals = new LinkedHashMap<>();
        series.forEach(
                (metric, values) -> {
                    finals.put(metric, values.get(values.size() - 1));
                    if (metric.startsWith(VALIDATION)) {
                        boolean high = new Metric(metric).higherIsBetter();
                        double best = high ? Collections.max(values) : Collections.min(values);
                        finals.put("best_" + metric, best);
                    }
                });
        SortedMap<Integer, Double> gap = gap();
        if (!gap.isEmpty()) {
            finals.put(GAP, gap.get(gap.lastKey()));
        }
        finals.put("hours", record.manifest().get("hours").asDouble());
        return finals;
    }

    /** Returns a metric over the epochs, {@value #GAP} where both losses are known; empty if it was not measured. */
    SortedMap<Integer, Double> points(String metric) {
        return metric.equals(GAP) ? gap() : measured(metric);
    }

    private SortedMap<Integer, Double> gap() {
        SortedMap<Integer, Double> training = measured("train_loss");
        SortedMap<Integer, Double> points = measured("val_loss");
        points.keySet().retainAll(training.keySet());
        points.replaceAll((epoch, loss) -> loss - training.get(epoch));
        return points;
    }

    private SortedMap<Integer, Double> measured(String metric) {
        SortedMap<Integer, Double> points = new TreeMap<>();
        for (MetricRow row : record.metrics()) {
            if (name(row).equals(metric)) {
                points.put(row.epoch(), row.value());
            }
        }
        return points;
    }

    private static String name(MetricRow row) {
        return row.split() + "_" + row.metric();
    }
}
