package org.bdia.report;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;
import net.objecthunter.exp4j.Expression;
import net.objecthunter.exp4j.ExpressionBuilder;
import net.objecthunter.exp4j.ValidationResult;

/** A claim's statement, see {@link Claims}: references to rows become variables of an exp4j expression. */
final class Statement {
    /** A reference to rows, as one group. */
    static final String ROWS = "([A-Za-z_][\\w.]*+(?:\\[[^\\]]*\\])?+)(?!\\s*\\()";

    private static final Pattern QUANTITY =
            Pattern.compile(
                    ("(?<![\\w.])(?:(low|high)\\s*\\(\\s*ROWS\\s*-\\s*ROWS\\s*\\)"
                                    + "|(mean|max|min|sum|count|stderr)\\s*\\(\\s*ROWS\\s*\\)"
                                    + "|ROWS)")
                            .replace("ROWS", ROWS));
    private static final Pattern COMPARISON = Pattern.compile("([^<>=!]*)(<=|>=|==|!=|<|>)(.*)");
    private static final Set<String> BACKPROPS = Set.of("store", "checkpoint", "reversible");

    private final String text;
    private final Map<String, ToDoubleFunction<List<Result>>> variables = new LinkedHashMap<>();
    private final Expression left;
    private final String operator;
    private final Expression right;

    /**
     * Reads a statement.
     *
     * @throws IllegalArgumentException if it is not one
     */
    Statement(String text) {
        this.text = text;
        try {
            String expressions = QUANTITY.matcher(text).replaceAll(this::variable);
            Matcher sides = COMPARISON.matcher(expressions);
            if (!sides.matches()) {
                throw new IllegalArgumentException("expected one of < <= > >= == !=");
            }
            this.left = expression(sides.group(1));
            this.operator = sides.group(2);
            this.right = expression(sides.group(3));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + "\n  " + text, e);
        }
    }

    /** Checks the statement against rows; with a NaN on either side nothing holds, not even {@code !=}. */
    ResultsFile.Claim check(String id, List<Result> rows) {
        try {
            Map<String, Double> values = new HashMap<>();
            variables.forEach((name, value) -> values.put(name, value.applyAsDouble(rows)));
            double a = left.setVariables(values).evaluate();
            double b = right.setVariables(values).evaluate();
            String found = Numbers.text(a) + " " + operator + " " + Numbers.text(b);
            return new ResultsFile.Claim(id, text, found, holds(a, b));
        } catch (NoSuchElementException | ArithmeticException e) {
            return new ResultsFile.Claim(id, text, e.getMessage(), false);
        }
    }

    private boolean holds(double a, double b) {
        return switch (operator) {
            case "<" -> a < b;
            case "<=" -> a <= b;
            case ">" -> a > b;
            case ">=" -> a >= b;
            case "==" -> a == b;
            default -> a < b || a > b;
        };
    }

    private Expression expression(String side) {
        try {
            Expression expression =
                    new ExpressionBuilder(side)
                            .variables(variables.keySet())
                            .implicitMultiplication(false)
                            .build();
            ValidationResult validation = expression.validate(false);
            if (!validation.isValid()) {
                throw new IllegalArgumentException(String.join(", ", validation.getErrors()));
            }
            return expression;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s, in '%s'; a side is made of numbers, metric[selector, …], mean, max, min, sum, count or"
                                    + " stderr(metric[…]), low or high(metric[…] - metric[…]), + - * / and ( )",
                            e.getMessage(),
                            side.strip()),
                    e);
        }
    }

    private String variable(MatchResult match) {
        String name = "x" + variables.size();
        if (match.group(1) != null) {
            Rows minuend = Rows.of(match.group(2));
            Rows subtrahend = Rows.of(match.group(3));
            boolean upper = match.group(1).equals("high");
            variables.put(
                    name,
                    rows -> {
                        Estimate interval = interval(minuend, subtrahend, rows);
                        return upper ? interval.high() : interval.low();
                    });
        } else {
            String aggregate = match.group(4) == null ? "mean" : match.group(4);
            Rows reference = Rows.of(match.group(match.group(4) == null ? 6 : 5));
            variables.put(name, rows -> reference.aggregate(aggregate, rows));
        }
        return name;
    }

    /**
     * Returns the mean difference, seed by seed, with its 95 % interval, as {@link Comparison} does.
     *
     * @throws NoSuchElementException if the two have not the same three seeds or more, or there is no interval
     */
    static Estimate interval(Rows minuend, Rows subtrahend, List<Result> rows) {
        SortedMap<Long, Double> a = minuend.seeds(rows);
        SortedMap<Long, Double> b = subtrahend.seeds(rows);
        if (a.size() < Comparison.FEWEST || !a.keySet().equals(b.keySet())) {
            throw new NoSuchElementException(
                    String.format(
                            Locale.ROOT,
                            "an interval needs the same %d seeds or more on both sides, but %s has %s and %s has %s",
                            Comparison.FEWEST,
                            minuend.text,
                            a.keySet(),
                            subtrahend.text,
                            b.keySet()));
        }
        Estimate estimate = Estimate.paired(values(a), values(b));
        if (Double.isNaN(estimate.half())) {
            throw new NoSuchElementException(estimate.note() + ", so there is no interval");
        }
        return estimate;
    }

    private static double[] values(SortedMap<Long, Double> seeds) {
        return seeds.values().stream().mapToDouble(value -> value).toArray();
    }

    /** A reference: the rows of a metric that pass every selector. */
    record Rows(String text, String metric, Predicate<Result> selected) {

        static Rows of(String text) {
            String[] parts = text.split("[\\[\\]]", -1);
            Predicate<Result> selected = row -> row.metric().equals(parts[0]);
            Set<String> keys = new HashSet<>();
            for (String word : parts.length == 1 ? new String[0] : parts[1].split(",", -1)) {
                String[] pair = word.strip().split("\\s*=\\s*", 2);
                String value = pair[pair.length - 1];
                String key = BACKPROPS.contains(value) ? "backprop" : "method";
                key = pair.length == 1 ? key : pair[0].equals("K") ? "depth" : pair[0];
                if (value.isEmpty() || !keys.add(key)) {
                    throw new IllegalArgumentException(
                            key
                                    + (value.isEmpty() ? " has no value" : " is selected twice")
                                    + " in "
                                    + text);
                }
                selected = selected.and(selector(key, value, text));
            }
            return new Rows(text, parts[0], selected);
        }

        private static Predicate<Result> selector(String key, String value, String text) {
            return switch (key) {
                case "method" -> row -> row.method().equals(value);
                case "backprop" -> row -> row.backprop().equals(value);
                case "task" -> row -> row.task().equals(value);
                case "stage" -> row -> row.stage().equals(value);
                case "seed", "depth", "gamma" -> number(key, value, text);
                default ->
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT,
                                        "no key '%s' in %s; there are method, backprop, task, stage, seed, depth (or K), gamma",
                                        key,
                                        text));
            };
        }

        private static Predicate<Result> number(String key, String value, String text) {
            try {
                double wanted = Double.parseDouble(value);
                return switch (key) {
                    case "seed" -> row -> row.seed() == wanted;
                    case "depth" -> row -> row.depth() == wanted;
                    default -> row -> row.gamma() == wanted;
                };
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        key + " needs a number, found '" + value + "' in " + text, e);
            }
        }

        double aggregate(String aggregate, List<Result> all) {
            List<Result> rows = all.stream().filter(selected).toList();
            if (aggregate.equals("count")) {
                return rows.size();
            }
            if (rows.isEmpty()) {
                throw new NoSuchElementException("no row matches " + text);
            }
            DoubleStream values = rows.stream().mapToDouble(Result::value);
            return switch (aggregate) {
                case "max" -> values.max().getAsDouble();
                case "min" -> values.min().getAsDouble();
                case "sum" -> values.sum();
                default -> overSeeds(aggregate.equals("mean"), all);
            };
        }

        private double overSeeds(boolean mean, List<Result> all) {
            double[] values = values(seeds(all));
            if (!mean && values.length < 2) {
                throw new NoSuchElementException(
                        "stderr needs two rows or more, but one matches " + text);
            }
            Comparison.Summary summary = Comparison.Summary.of(text, values);
            return mean ? summary.mean() : summary.std() / Math.sqrt(values.length);
        }

        /** Returns the values by seed; a mean over methods, depths or stages would be a number of nothing. */
        SortedMap<Long, Double> seeds(List<Result> all) {
            Map<List<?>, SortedMap<Long, Double>> kinds = new LinkedHashMap<>();
            all.stream()
                    .filter(selected)
                    .forEach(
                            row ->
                                    kinds.computeIfAbsent(kind(row), kind -> new TreeMap<>())
                                            .put(row.seed(), row.value()));
            if (kinds.size() > 1) {
                throw new NoSuchElementException(
                        text
                                + " matches rows that differ in more than the seed: "
                                + kinds.keySet()
                                + "; select one kind");
            }
            return kinds.values().stream().findFirst().orElseGet(TreeMap::new);
        }

        private static List<?> kind(Result row) {
            return List.of(
                    row.task(),
                    row.method(),
                    row.backprop(),
                    row.depth(),
                    row.gamma(),
                    row.stage());
        }
    }
}
