package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatementTest {
    private static final List<Result> ROWS =
            List.of(
                    row("bdia", "reversible", 0, 6, 0.5, "loss", 1),
                    row("bdia", "reversible", 1, 6, 0.5, "loss", 3),
                    row("bdia", "store", 0, 24, 0.25, "loss", 8),
                    row("bdia-float", "store", 0, 6, 0.5, "loss", 16),
                    row("standard+dropout0.1", "store", 0, 6, 0, "loss", 32),
                    row("standard", "store", 0, 6, 0, "diverged", Double.NaN),
                    row("bdia-float", "store", 0, 6, 0.5, "drift", Double.POSITIVE_INFINITY),
                    row("bdia", "store", 0, 6, 0.5, "time", 5),
                    row("bdia", "store", 1, 6, 0.5, "time", 9),
                    row("bdia", "store", 2, 6, 0.5, "time", 8),
                    row("standard", "store", 0, 6, 0, "time", 4),
                    row("standard", "store", 1, 6, 0, "time", 6),
                    row("standard", "store", 2, 6, 0, "time", 6));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 + 2 * 3 == 7",
                "(1 + 2) * 3 == 9",
                "8 - 4 - 2 == 2",
                "16 / 4 / 2 == 2",
                "-2 * -3 == 6",
                "1.5e1 == 15",
                ".5 <= 0.5",
                "1 < 2",
                "2 > 1",
                "1 != 2",
                "loss[bdia, K=6] == 2",
                "loss[ bdia , depth = 24 ] == 8",
                "loss[bdia,reversible] == 2",
                "loss[backprop=store,bdia] == 8",
                "loss[bdia-float] == 16",
                "loss[standard+dropout0.1] == 32",
                "loss[method=bdia,seed=1] == 3",
                "loss[gamma=0.25] == 8",
                "loss[task=vit,stage=trained,seed=0,K=6,gamma=0.5,bdia] == 1",
                "mean(loss[bdia,K=6]) == 2",
                "low(time[bdia] - time[standard]) < -0.48", // 2 - 4.303 / sqrt(3)
                "high(time[bdia] - time[standard]) > 4.48",
                "high(time[bdia] - time[standard]) + low(time[bdia] - time[standard]) > 3.999",
                "high(time[bdia] - time[bdia]) == 0",
                "max(loss[bdia]) == 8",
                "min(loss[bdia]) == 1",
                "sum(loss[bdia]) == 12",
                "count(loss[bdia]) == 3",
                "count(loss[revnet]) == 0",
                "stderr(loss[bdia,K=6]) == 1",
                "max( loss[bdia] ) == 2e0 * ( 1 + 3 )",
                "drift / loss[bdia,K=24] > 100",
                "loss[bdia,K=6] + 2 * stderr(loss[bdia,K=6]) < loss[bdia,K=24]"
            })
    void holds(String statement) {
        ResultsFile.Claim claim = check(statement);
        assertThat(claim.holds()).as(claim.toString()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2 < 2; 2 < 2",
                "3 <= 2; 3 <= 2",
                "1 == 2; 1 == 2",
                "1 != 1; 1 != 1",
                "loss[revnet] < 5; no row matches loss[revnet]",
                "accuracy == 0; no row matches accuracy",
                "max(loss[bdia,K=7]) >= 0; no row matches loss[bdia,K=7]",
                "sum(loss[revnet]) == 0; no row matches loss[revnet]",
                "stderr(loss[bdia,K=24]) >= 0; stderr needs two rows",
                "loss == 12; loss matches rows that differ in more than the seed",
                "mean(loss[bdia]) == 4; loss[bdia] matches rows that differ in more than the seed",
                "low(loss[bdia,K=24] - loss[bdia,K=24]) == 0; an interval needs the same 3 seeds",
                "high(time[bdia] - loss[bdia-float]) > 0; an interval needs the same 3 seeds",
                "diverged == diverged; NaN == NaN",
                "diverged != 0; NaN != 0",
                "diverged < 1; NaN < 1",
                "1 / count(loss[revnet]) > 1; Division by zero"
            })
    void failsAndSaysWhatWasFound(String statement, String found) {
        ResultsFile.Claim claim = check(statement);
        assertThat(claim.holds()).isFalse();
        assertThat(claim.found()).startsWith(found);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "loss[bdia]; expected one of < <=",
                "1 <; Expression can not be empty",
                "1 < 2 3; '2 3'",
                "(1 < 2; '(1'",
                "median(loss) < 1; 'median'",
                "low(loss[bdia]) < 1; 'low'",
                "max(1) < 2; 'max'",
                "loss[width=3] < 1; no key 'width' in loss[width=3]",
                "loss[K=many] < 1; depth needs a number, found 'many'",
                "loss[bdia,standard] < 1; method is selected twice in loss[bdia,standard]",
                "loss[K=6,depth=6] < 1; depth is selected twice",
                "loss[bdia < 1; [bdia",
                "loss[] < 1; method has no value in loss[]",
                "loss[seed=] < 1; seed has no value",
                "1 = 1; expected one of < <=",
                "1 < 2 < 3; '2 < 3'",
                "1 + < 2; '1 +'"
            })
    void refusesAndNamesThePlace(String statement, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Statement(statement))
                .withMessageContaining(message)
                .withMessageContaining(statement);
    }

    private static ResultsFile.Claim check(String statement) {
        return new Statement(statement).check("id", ROWS);
    }

    private static Result row(
            String method,
            String backprop,
            long seed,
            int depth,
            double gamma,
            String metric,
            double value) {
        return new Result("vit", method, backprop, seed, depth, gamma, "trained", metric, value);
    }
}
