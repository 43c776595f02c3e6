package org.bdia.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bdia.report.Expression.Aggregate;
import org.bdia.report.Expression.Selector;
import org.bdia.report.Statement.Operator;

/**
 * Reads a claim's statement by recursive descent.
 *
 * <pre>
 * statement = sum ("&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "==" | "!=") sum
 * sum       = product { ("+" | "-") product }
 * product   = factor { ("*" | "/") factor }
 * factor    = number | "-" factor | "(" sum ")" | aggregate "(" reference ")" | reference
 *           | end "(" reference "-" reference ")"
 * aggregate = "mean" | "max" | "min" | "sum" | "count" | "stderr"
 * end       = "low" | "high"
 * reference = metric [ "[" selector { "," selector } "]" ]
 * selector  = method | backprop | key "=" value
 * key       = "method" | "backprop" | "task" | "stage" | "seed" | "depth" | "K" | "gamma"
 * </pre>
 */
final class ClaimParser {
    private static final Pattern NUMBER =
            Pattern.compile("\\d+(\\.\\d*)?([eE][+-]?\\d+)?|\\.\\d+([eE][+-]?\\d+)?");
    private static final Pattern WORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*");
    private static final Pattern SELECTOR = Pattern.compile("[^,\\]]+");
    private static final List<String> BACKPROPS = List.of("store", "checkpoint", "reversible");

    private final String text;
    private int at;

    private ClaimParser(String text) {
        this.text = text;
    }

    /**
     * Parses a statement.
     *
     * @throws IllegalArgumentException if it is not one; the message shows the place
     */
    static Statement parse(String text) {
        ClaimParser parser = new ClaimParser(text);
        Expression left = parser.sum();
        Operator operator = parser.operator();
        Expression right = parser.sum();
        parser.skipSpace();
        if (parser.at < text.length()) {
            throw parser.error("the statement should end here");
        }
        return new Statement(left, operator, right);
    }

    private Operator operator() {
        skipSpace();
        // The longer signs first: "<=" also starts with "<".
        for (int length : new int[] {2, 1}) {
            for (Operator operator : Operator.values()) {
                if (operator.sign().length() == length && text.startsWith(operator.sign(), at)) {
                    at += length;
                    return operator;
                }
            }
        }
        throw error("expected one of < <= > >= == !=");
    }

    private Expression sum() {
        Expression left = product();
        while (peek('+') || peek('-')) {
            char operator = text.charAt(at++);
            left = new Expression.Binary(operator, left, product());
        }
        return left;
    }

    private Expression product() {
        Expression left = factor();
        while (peek('*') || peek('/')) {
            char operator = text.charAt(at++);
            left = new Expression.Binary(operator, left, factor());
        }
        return left;
    }

    private Expression factor() {
        if (take('-')) {
            return new Expression.Binary('-', new Expression.Literal(0), factor());
        }
        if (take('(')) {
            Expression inner = sum();
            expect(')');
            return inner;
        }
        String number = match(NUMBER);
        if (number != null) {
            return new Expression.Literal(Double.parseDouble(number));
        }
        int start = at;
        String word = match(WORD);
        if (word == null) {
            throw error("expected a number, a metric or '('");
        }
        if (!take('(')) {
            return reference(Aggregate.MEAN, word, start);
        }
        boolean upper = word.equals("high");
        if (upper || word.equals("low")) {
            Expression.Reference left = metric(word, Aggregate.MEAN);
            expect('-');
            Expression.Reference right = metric(word, Aggregate.MEAN);
            expect(')');
            return new Expression.Interval(upper, left, right);
        }
        Expression reference = metric(word, aggregate(word, start));
        expect(')');
        return reference;
    }

    private Expression.Reference metric(String function, Aggregate aggregate) {
        skipSpace();
        int start = at;
        String metric = match(WORD);
        if (metric == null) {
            throw error("expected a metric, as in " + function + "(val_loss[bdia])");
        }
        return reference(aggregate, metric, start);
    }

    private Aggregate aggregate(String word, int start) {
        for (Aggregate aggregate : Aggregate.values()) {
            if (aggregate.label().equals(word)) {
                return aggregate;
            }
        }
        at = start;
        List<String> known =
                Stream.concat(
                                Arrays.stream(Aggregate.values()).map(Aggregate::label),
                                Stream.of("low", "high"))
                        .toList();
        throw error("there is no function '" + word + "', but there are " + known);
    }

    private Expression.Reference reference(Aggregate aggregate, String metric, int start) {
        List<Selector> selectors = new ArrayList<>();
        if (take('[')) {
            do {
                selectors.add(selector(selectors));
            } while (take(','));
            expect(']');
        }
        return new Expression.Reference(
                aggregate, metric, List.copyOf(selectors), text.substring(start, at).strip());
    }

    private Selector selector(List<Selector> before) {
        skipSpace();
        int start = at;
        String words = match(SELECTOR);
        if (words == null || words.isBlank()) {
            throw error("expected a method or key=value");
        }
        int equals = words.indexOf('=');
        String value = words.substring(equals + 1).strip();
        Selector.Key key = Selector.Key.METHOD;
        if (equals >= 0) {
            key = key(words.substring(0, equals).strip(), start);
        } else if (BACKPROPS.contains(value)) {
            key = Selector.Key.BACKPROP;
        }
        Selector selector = new Selector(key, value);
        String problem = problem(selector, before);
        if (problem != null) {
            at = start;
            throw error(problem);
        }
        return selector;
    }

    private static String problem(Selector selector, List<Selector> before) {
        String key = selector.key().name().toLowerCase(Locale.ROOT);
        if (before.stream().anyMatch(other -> other.key() == selector.key())) {
            return key + " is selected twice: no row has two";
        }
        if (selector.key().isNumber() && !NUMBER.matcher(selector.wanted()).matches()) {
            return key + " needs a number, found '" + selector.wanted() + "'";
        }
        return selector.wanted().isEmpty() ? key + " needs a value" : null;
    }

    private Selector.Key key(String word, int start) {
        if (word.equals("K")) {
            return Selector.Key.DEPTH;
        }
        for (Selector.Key key : Selector.Key.values()) {
            if (key.name().toLowerCase(Locale.ROOT).equals(word)) {
                return key;
            }
        }
        at = start;
        throw error(
                "there is no key '"
                        + word
                        + "', but there are method, backprop, task, stage, seed, depth (or K), gamma");
    }

    private void skipSpace() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean peek(char c) {
        skipSpace();
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean take(char c) {
        boolean there = peek(c);
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char c) {
        if (!take(c)) {
            throw error("expected '" + c + "'");
        }
    }

    /** The match at this place, after space, or null. */
    private String match(Pattern pattern) {
        skipSpace();
        Matcher matcher = pattern.matcher(text).region(at, text.length());
        if (!matcher.lookingAt()) {
            return null;
        }
        at = matcher.end();
        return matcher.group();
    }

    private IllegalArgumentException error(String message) {
        return new IllegalArgumentException(
                message
                        + ", at character "
                        + (at + 1)
                        + ":\n  "
                        + text
                        + "\n  "
                        + " ".repeat(at)
                        + "^");
    }
}
