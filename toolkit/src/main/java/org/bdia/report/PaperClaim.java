package org.bdia.report;

import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bdia.report.Statement.Rows;

/**
 * What the paper found, see {@link Claims}: the sign of a mean difference, seed by seed.
 *
 * @param text the statement
 * @param negative whether the difference is below 0, else above
 */
record PaperClaim(String text, Rows minuend, Rows subtrahend, boolean negative) {

    private static final Pattern SIGN =
            Pattern.compile(
                    "\\s*(low|high)\\s*\\(\\s*ROWS\\s*-\\s*ROWS\\s*\\)\\s*([<>])\\s*0\\s*"
                            .replace("ROWS", Statement.ROWS));

    /**
     * Reads a statement.
     *
     * @throws IllegalArgumentException if it is not {@code high(a - b) < 0} or {@code low(a - b) > 0}
     */
    static PaperClaim of(String text) {
        Matcher sign = SIGN.matcher(text);
        if (!sign.matches() || sign.group(1).equals("high") != sign.group(4).equals("<")) {
            throw new IllegalArgumentException(
                    "a claim of the paper is high(metric[…] - metric[…]) < 0 or low(metric[…] - metric[…]) > 0, found\n  "
                            + text);
        }
        return new PaperClaim(
                text, Rows.of(sign.group(2)), Rows.of(sign.group(3)), sign.group(4).equals("<"));
    }

    /** Returns the verdict; without one, a failure, where rows are missing or a value is not finite. */
    ResultsFile.Claim check(String id, List<Result> rows) {
        try {
            Estimate interval = Statement.interval(minuend, subtrahend, rows);
            double low = interval.low();
            double high = interval.high();
            boolean seen = negative ? high < 0 : low > 0;
            boolean opposite = negative ? low > 0 : high < 0;
            String found =
                    String.format(
                            Locale.ROOT,
                            "[%s, %s], n = %d",
                            Numbers.text(low),
                            Numbers.text(high),
                            minuend.seeds(rows).size());
            String verdict =
                    seen
                            ? ResultsFile.SEEN
                            : opposite ? ResultsFile.OPPOSITE : ResultsFile.NOT_SEEN;
            return new ResultsFile.Claim(id, text, found, seen, verdict);
        } catch (NoSuchElementException e) {
            return new ResultsFile.Claim(id, text, e.getMessage(), false);
        }
    }
}
