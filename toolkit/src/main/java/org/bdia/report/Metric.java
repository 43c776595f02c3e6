package org.bdia.report;

import java.text.FieldPosition;
import java.text.NumberFormat;
import java.text.ParsePosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bdia.report.Comparison.Summary;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.columns.Column;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/**
 * A metric under both its names, which may be used for each other wherever a metric is named: the id of results files, {@code
 * val_loss}, and the words of tables and figures, {@code validation loss}.
 *
 * <p>An accuracy is a fraction in all data, Tablesaw's tables among them, and per cent wherever it is shown: {@code 0.4397} is
 * printed as {@code 43.97 %}.
 *
 * @param id the name in results files, for example {@code best_val_accuracy}
 */
public record Metric(String id) {

    /** The end of the name of a column of standard deviations, which follows the column of means. */
    static final String STD = " std";

    /** The end of the name of a column of numbers of seeds, which follows the standard deviations. */
    static final String N = " n";

    private static final String AT_BEST = "_at_best";

    private static final Map<String, String> WORDS =
            Map.of(
                    "gap", "generalisation gap",
                    "hours", "hours a run",
                    "bleu", "BLEU",
                    "chrf", "chrF",
                    "nist", "NIST",
                    "rouge_l", "ROUGE-L",
                    "cider", "CIDEr");

    private static final Map<String, String> BEGINNINGS =
            Map.of(
                    "best_",
                    "best ",
                    "train_",
                    "training ",
                    "val_",
                    "validation ",
                    "test_",
                    "test ");

    /**
     * Returns the metric that a user names by its id or its words.
     *
     * @param ids the metrics there are
     * @throws IllegalArgumentException if there is no such metric; it lists those there are
     */
    public static Metric of(String name, Collection<String> ids) {
        return find(name, ids)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no metric '"
                                                + name
                                                + "'; there are "
                                                + list(ids)));
    }

    /** Returns the metric of that id or words; empty if there is none. */
    static Optional<Metric> find(String name, Collection<String> ids) {
        String sought = name.strip();
        return ids.stream()
                .map(Metric::new)
                .filter(m -> m.id.equals(sought) || m.words().equalsIgnoreCase(sought))
                .findFirst();
    }

    private static String list(Collection<String> ids) {
        return ids.stream()
                .distinct()
                .map(
                        id ->
                                new Metric(id).words().equals(id)
                                        ? id
                                        : new Metric(id).words() + " (" + id + ")")
                .collect(Collectors.joining(", "));
    }

    /** Returns the words of tables and figures, for example {@code best validation accuracy}. */
    public String words() {
        return words(id);
    }

    private static String words(String id) {
        if (id.endsWith(AT_BEST)) {
            return words(id.substring(0, id.length() - AT_BEST.length())) + " at best epoch";
        }
        for (Map.Entry<String, String> beginning : BEGINNINGS.entrySet()) {
            if (id.startsWith(beginning.getKey())) {
                return beginning.getValue() + words(id.substring(beginning.getKey().length()));
            }
        }
        return WORDS.getOrDefault(id, id.replace('_', ' '));
    }

    /** Returns the title of an axis: the words, and the unit that {@link #shown} has. */
    public String title() {
        return words() + (isAccuracy() ? ", %" : "");
    }

    /** Returns a value in the unit that readers see: per cent for accuracies, else as it is. */
    public double shown(double value) {
        return isAccuracy() ? 100 * value : value;
    }

    /** Returns a value in words, for example {@code 43.97 %} or {@code 1.9083}. */
    String text(double value) {
        return shown().text(value);
    }

    private Shown shown() {
        return new Shown(isAccuracy() ? " %" : "");
    }

    /** Returns whether the higher of two values is the better one, as it is of accuracies. */
    public boolean higherIsBetter() {
        return isAccuracy();
    }

    private boolean isAccuracy() {
        return id.contains("accuracy");
    }

    /** Returns a difference in words; of accuracies in percentage points, for example {@code -0.61 pp}. */
    String difference(double value) {
        return shownDifference().text(value);
    }

    /** Returns the unit of a difference for an axis title, with its comma: percentage points for accuracies, else nothing. */
    String differenceUnit() {
        return isAccuracy() ? ", pp" : "";
    }

    private Shown shownDifference() {
        return new Shown(isAccuracy() ? " pp" : "");
    }

    /** Returns a column of numbers under a name, printed as this metric is shown; what is missing may be null or NaN. */
    public DoubleColumn column(String name, List<Double> values) {
        return column(name, values, shown());
    }

    /** Returns a column of differences, those of accuracies printed in percentage points. */
    DoubleColumn differences(String name, List<Double> values) {
        return column(name, values, shownDifference());
    }

    private static DoubleColumn column(String name, List<Double> values, Shown shown) {
        DoubleColumn column = DoubleColumn.create(name, values.toArray(Double[]::new));
        column.setPrintFormatter(new NumberColumnFormatter(shown, "–"));
        return column;
    }

    /**
     * Returns three columns, {@code test accuracy}, {@code test accuracy std} and {@code test accuracy n}: mean, sample standard
     * deviation and number of seeds.
     *
     * @param summaries one a row; empty where the metric was not measured
     */
    public List<Column<?>> columns(List<Optional<Summary>> summaries) {
        IntColumn n = IntColumn.create(words() + N);
        List<Double> means = new ArrayList<>();
        List<Double> stds = new ArrayList<>();
        for (Optional<Summary> summary : summaries) {
            means.add(summary.map(Summary::mean).orElse(Double.NaN));
            stds.add(summary.map(Summary::std).orElse(Double.NaN));
            summary.ifPresentOrElse(s -> n.append(s.n()), n::appendMissing);
        }
        return List.of(column(words(), means), column(words() + STD, stds), n);
    }

    /** A metric's numbers as Tablesaw prints them, and {@link Tables}: with four digits and their unit. */
    static final class Shown extends NumberFormat {
        private static final long serialVersionUID = 1;

        private static final List<String> UNITS = List.of(" %", " pp");

        private final String unit;

        /** Creates the format of a unit: none, or one of hundredths. */
        private Shown(String unit) {
            this.unit = unit;
        }

        /** Returns the format of a column's numbers, recognised by the printed unit, since Tablesaw does not expose it. */
        static Shown of(Column<?> column, int row) {
            String printed = column.getString(row);
            return new Shown(UNITS.stream().filter(printed::endsWith).findFirst().orElse(""));
        }

        /** Returns a number in words, for example {@code 43.97 %} or {@code 1.9083}. */
        String text(double value) {
            return Numbers.text(scaled(value)) + unit;
        }

        /** Returns a mean and its standard deviation in words, for example {@code 43.97 ± 0.49 %}; a NaN deviation is left out. */
        String text(double mean, double std) {
            return Double.isNaN(std)
                    ? text(mean)
                    : Numbers.spread(scaled(mean), scaled(std)) + unit;
        }

        private double scaled(double value) {
            return unit.isEmpty() ? value : 100 * value;
        }

        @Override
        public StringBuffer format(double number, StringBuffer text, FieldPosition position) {
            return text.append(text(number));
        }

        @Override
        public StringBuffer format(long number, StringBuffer text, FieldPosition position) {
            return format((double) number, text, position);
        }

        /** Refuses: a number that is shown has lost digits. */
        @Override
        public Number parse(String text, ParsePosition position) {
            throw new UnsupportedOperationException("a metric is shown, not read");
        }
    }
}
