package org.bdia.report;

import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.descriptive.StandardDeviation;

/** A number computed from result rows: a node of a claim's parse tree, see {@link ClaimParser}. */
sealed interface Expression {

    /**
     * The number.
     *
     * @throws NoValueException if it needs rows that are not there
     */
    double value(List<Result> rows);

    /** A claim's number does not exist: the claim fails, and says so. */
    final class NoValueException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoValueException(String message) {
            super(message);
        }
    }

    /** A literal. */
    record Literal(double number) implements Expression {
        @Override
        public double value(List<Result> rows) {
            return number;
        }
    }

    /** left (+ − * /) right. */
    record Binary(char operator, Expression left, Expression right) implements Expression {
        @Override
        public double value(List<Result> rows) {
            double a = left.value(rows);
            double b = right.value(rows);
            return switch (operator) {
                case '+' -> a + b;
                case '-' -> a - b;
                case '*' -> a * b;
                case '/' -> a / b;
                default -> throw new IllegalStateException("no operator " + operator);
            };
        }
    }

    /** What becomes of the rows that a reference matches. */
    enum Aggregate {
        MEAN,
        MAX,
        MIN,
        SUM,
        COUNT,
        STDERR;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** An aggregate over the rows that have a metric and pass every selector. */
    record Reference(Aggregate aggregate, String metric, List<Selector> selectors, String text)
            implements Expression {
        @Override
        public double value(List<Result> rows) {
            List<Result> matching = matching(rows);
            double[] values = matching.stream().mapToDouble(Result::value).toArray();
            if (aggregate == Aggregate.COUNT) {
                return values.length;
            }
            if (values.length == 0) {
                throw new NoValueException("no row matches " + text);
            }
            if (aggregate == Aggregate.MEAN || aggregate == Aggregate.STDERR) {
                requireSeedsOnly(matching);
            }
            return switch (aggregate) {
                case MEAN -> mean(values);
                case MAX -> DoubleStream.of(values).max().orElseThrow();
                case MIN -> DoubleStream.of(values).min().orElseThrow();
                case SUM -> DoubleStream.of(values).sum();
                case STDERR -> standardError(values);
                case COUNT -> throw new IllegalStateException("counted above");
            };
        }

        private List<Result> matching(List<Result> rows) {
            return rows.stream()
                    .filter(row -> row.metric().equals(metric))
                    .filter(row -> selectors.stream().allMatch(s -> s.matches(row)))
                    .toList();
        }

        /** A mean over methods, depths or stages would be a number of nothing. */
        private void requireSeedsOnly(List<Result> matching) {
            List<Result> kinds = matching.stream().map(Reference::withoutSeed).distinct().toList();
            if (kinds.size() > 1) {
                throw new NoValueException(
                        text
                                + " matches rows that differ in more than the seed: "
                                + kinds.get(0)
                                + " and "
                                + kinds.get(1)
                                + "; select one kind");
            }
        }

        private static Result withoutSeed(Result row) {
            return new Result(
                    row.task(),
                    row.method(),
                    row.backprop(),
                    0,
                    row.depth(),
                    row.gamma(),
                    row.stage(),
                    row.metric(),
                    0);
        }

        /** The values by seed. */
        private SortedMap<Long, Double> seeds(List<Result> rows) {
            List<Result> matching = matching(rows);
            requireSeedsOnly(matching);
            SortedMap<Long, Double> seeds = new TreeMap<>();
            matching.forEach(row -> seeds.put(row.seed(), row.value()));
            return seeds;
        }

        private static double mean(double[] values) {
            Scaled scaled = Scaled.of(values);
            return scaled.back(DoubleStream.of(scaled.sample(0)).average().orElseThrow());
        }

        private double standardError(double[] values) {
            if (values.length < 2) {
                throw new NoValueException(
                        "stderr needs two rows or more, but one matches " + text);
            }
            Scaled scaled = Scaled.of(values);
            return scaled.back(
                    StandardDeviation.of(scaled.sample(0)).getAsDouble()
                            / Math.sqrt(values.length));
        }
    }

    /**
     * An end of the 95 % interval of the mean difference left − right, seed by seed: Student's, as the paired t-test's.
     *
     * @param upper which end
     */
    record Interval(boolean upper, Reference left, Reference right) implements Expression {
        @Override
        public double value(List<Result> rows) {
            SortedMap<Long, Double> a = left.seeds(rows);
            SortedMap<Long, Double> b = right.seeds(rows);
            if (a.size() < 2 || !a.keySet().equals(b.keySet())) {
                throw new NoValueException(
                        String.format(
                                Locale.ROOT,
                                "an interval needs the same two seeds or more on both sides, but %s has %s and"
                                        + " %s has %s",
                                left.text(),
                                a.keySet(),
                                right.text(),
                                b.keySet()));
            }
            double[] differences =
                    a.keySet().stream().mapToDouble(seed -> a.get(seed) - b.get(seed)).toArray();
            Comparison.Summary summary = Comparison.Summary.of("difference", differences);
            return upper ? summary.high() : summary.low();
        }
    }

    /** A condition on one column of a row. */
    record Selector(Key key, String wanted) {
        /** The columns that can be selected by. */
        enum Key {
            METHOD,
            BACKPROP,
            TASK,
            STAGE,
            SEED,
            DEPTH,
            GAMMA;

            boolean isNumber() {
                return this == SEED || this == DEPTH || this == GAMMA;
            }
        }

        boolean matches(Result row) {
            return switch (key) {
                case METHOD -> row.method().equals(wanted);
                case BACKPROP -> row.backprop().equals(wanted);
                case TASK -> row.task().equals(wanted);
                case STAGE -> row.stage().equals(wanted);
                case SEED -> row.seed() == Double.parseDouble(wanted);
                case DEPTH -> row.depth() == Double.parseDouble(wanted);
                case GAMMA -> row.gamma() == Double.parseDouble(wanted);
            };
        }
    }
}
