package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaperClaimTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "-3 -4 -5; seen; opposite; [-6.484, -1.516], n = 3",
                "3 4 5; opposite; seen; [1.516, 6.484], n = 3",
                "-1 0 1; not seen; not seen; [-2.484, 2.484], n = 3",
                "0 0 0; not seen; not seen; [0, 0], n = 3",
                "-1 -2 NaN; ''; ''; a value is not finite, so there is no interval",
                "1 1 1; ''; ''; 'the difference does not vary, so there is no interval'",
                "-1 -2; ''; ''; an interval needs the same 3 seeds or more on both sides, but loss[bdia] has [0, 1]"
            })
    void theIntervalDecides(String values, String below, String above, String found) {
        List<Result> rows = new ArrayList<>();
        for (String value : values.split(" ", -1)) {
            long seed = rows.size() / 2;
            rows.add(row("bdia", seed, 10 + Double.parseDouble(value)));
            rows.add(row("standard", seed, 10));
        }
        check("high(loss[bdia] - loss[standard]) < 0", rows, below, found);
        check(" low ( loss[bdia] - loss[standard] ) > 0 ", rows, above, found);
    }

    private static void check(String text, List<Result> rows, String verdict, String found) {
        ResultsFile.Claim claim = PaperClaim.of(text).check("id", rows);
        assertThat(claim.verdict()).isEqualTo(verdict);
        assertThat(claim.holds()).isEqualTo(verdict.equals("seen"));
        assertThat(claim.fails()).isEqualTo(verdict.isEmpty());
        assertThat(claim.expected()).isEqualTo(text);
        assertThat(claim.found()).startsWith(found);
    }

    private static Result row(String method, long seed, double value) {
        return new Result("vit", method, "store", seed, 6, 0, "trained", "loss", value);
    }
}
