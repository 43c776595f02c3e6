package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class JavaKernelTest {
    private final CellEvaluator cells = new CellEvaluator();
    private final JavaKernel kernel = new JavaKernel(cells);

    @AfterEach
    void close() {
        cells.close();
    }

    private CellError error(String code) {
        return catchThrowableOfType(CellError.class, () -> kernel.eval(code));
    }

    @Test
    void aPlainValueIsShownAsText() {
        assertThat(kernel.eval("6 * 7").getData(MIMEType.TEXT_PLAIN)).isEqualTo("42");
        assertThat(kernel.eval("int a = 1;")).isNull();
    }

    @Test
    void aReadyMadeBundlePassesThrough() {
        var code = "new " + DisplayData.class.getName() + "(\"made by hand\")";
        assertThat(kernel.eval(code).getData(MIMEType.TEXT_PLAIN)).isEqualTo("made by hand");
    }

    @Test
    void anErrorInToStringFailsTheCellOnly() {
        var error =
                error(
                        "class Bad {\n  public String toString() { throw new AssertionError(\"broken\"); }\n}\nnew Bad()");
        assertThat(error).hasMessageContaining("Bad").hasMessageContaining("broken");
        assertThat(kernel.formatError(error)).isNotEmpty();
        assertThat(kernel.eval("1").getData(MIMEType.TEXT_PLAIN)).isEqualTo("1");
    }

    @Test
    void anErrorInACellFailsTheCellOnly() {
        assertThat(error("throw new NoClassDefFoundError(\"org/missing/Type\");"))
                .hasMessageContaining("org/missing/Type");
        assertThat(kernel.eval("1")).isNotNull();
    }

    @Test
    void completionReplacesFromTheAnchor() {
        var options = kernel.complete("String text = \"\"; text.isBl", 27);
        assertThat(options.getReplacements()).containsExactly("isBlank()");
        assertThat(options.getSourceStart()).isEqualTo(23);
        assertThat(kernel.complete("int x = ~;", 10)).isNull();
    }

    @Test
    void completionCountsCodePointsAsJupyterDoes() {
        var code = "String s = \"\uD83D\uDE00\uD83D\uDE00\"; s.len";
        var options = kernel.complete(code, 22);
        assertThat(options.getReplacements()).containsExactly("length()");
        assertThat(options.getSourceStart()).isEqualTo(19);
        assertThat(options.getSourceEnd()).isEqualTo(22);
    }

    @Test
    void inspectionCountsCodePointsAsJupyterDoes() {
        var code = "\"\uD83D\uDE00\uD83D\uDE00\"; Math.max(";
        assertThat(kernel.inspect(code, 15, false).getData(MIMEType.TEXT_PLAIN).toString())
                .contains("int Math.max(int a, int b)");
    }

    @Test
    void inspectionShowsTheSignature() {
        var shown = kernel.inspect("Math.max(", 9, false);
        assertThat(shown.getData(MIMEType.TEXT_PLAIN).toString())
                .contains("int Math.max(int a, int b)");
        assertThat(kernel.inspect("1 + 1", 5, false)).isNull();
    }

    @Test
    void tellsWhetherMoreSourceIsNeeded() {
        assertThat(kernel.isComplete("int a = 1; a")).isEqualTo(BaseKernel.IS_COMPLETE_YES);
        assertThat(kernel.isComplete("int a = 1; for (;;) {")).isEmpty();
        assertThat(kernel.isComplete("%maven a:b:1")).isEqualTo(BaseKernel.IS_COMPLETE_YES);
        assertThat(kernel.isComplete("// one\n%maven a:b:1\nint f() {")).isEmpty();
        assertThat(kernel.isComplete("int a = ;")).isEqualTo(BaseKernel.IS_COMPLETE_BAD);
    }

    @Test
    void cellsSeeTheDisplayCallsOfEveryJavaKernel() {
        assertThat(error("display(1); updateDisplay(\"id\", 1);"))
                .as("no front end here, but it compiles")
                .hasMessageNotContaining("compile");
    }

    @Test
    void wantsTheConnectionFile() {
        assertThatThrownBy(() -> JavaKernel.main(new String[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("connection file");
    }
}
