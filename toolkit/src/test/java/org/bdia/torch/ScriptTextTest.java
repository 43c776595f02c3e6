package org.bdia.torch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Words become constants, and the compiler drops what constants rule out. */
class ScriptTextTest {

    private enum Choice {
        ONE,
        ONE_MORE,
        OTHER
    }

    @Test
    void wordsAreReplacedWhole() {
        var text = new ScriptText("y = torch.add(N, N_MORE) # ANN");
        assertThat(text.with("N", 0.5)).hasToString("y = torch.add(0.5, N_MORE) # ANN");
    }

    @Test
    void callsOfAWordKeepTheirVariable() {
        var text = new ScriptText("y = torch.add(CAST(x), CAST(x_1))");
        assertThat(text.withCall("CAST", "torch.to($1, 6)"))
                .hasToString("y = torch.add(torch.to(x, 6), torch.to(x_1, 6))");
    }

    @Test
    void linesAreIndentedLikeTheirWord() {
        var text = new ScriptText("if A:\n  BODY\nreturn BODY\n");
        var lines = new ScriptText("y = \\$1\n\nif B:\n  y = z\n");
        assertThat(text.withLines("BODY", lines))
                .hasToString("if A:\n  y = \\$1\n\n  if B:\n    y = z\nreturn BODY\n");
    }

    @ParameterizedTest
    @EnumSource
    void whatAConstantRulesOutIsNotCompiled(Choice choice) {
        String body =
                new ScriptText(
                                """
                                if ONE or ONE_MORE:
                                  y = torch.add(x, 1)
                                  if ONE_MORE:
                                    y = torch.add(y, 1)
                                else:
                                  z = torch.add(x, 5)
                                if ONE or ONE_MORE:
                                  return y
                                if OTHER:
                                  return z
                                """)
                        .with(choice)
                        .toString();
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray y = new TorchScript("x", body).call(manager.create(0f));
            float expected =
                    switch (choice) {
                        case ONE -> 1;
                        case ONE_MORE -> 2;
                        case OTHER -> 5;
                    };
            assertThat(y.getFloat()).isEqualTo(expected);
        }
    }
}
