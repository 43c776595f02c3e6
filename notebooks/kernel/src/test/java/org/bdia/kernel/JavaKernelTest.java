package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JavaKernelTest extends CellTest {
    private final JavaKernel kernel = new JavaKernel(cells);

    @Override
    CellError error(String code) {
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
        var shown = kernel.formatError(error);
        assertThat(shown.get(0)).as("what happened is red").contains("\u001b[");
        assertThat(shown.subList(1, shown.size()))
                .as("the rest is read on dark pages, too")
                .isNotEmpty()
                .noneMatch(line -> line.contains("\u001b"));
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

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "text.sub|string(1); String String.substring(int beginIndex)",
                "text.substring|; String String.substring(int beginIndex)",
                "|text.length(); text: String",
                "ma|p; map: Map<String, List<Integer>>",
                "text.length().|x;",
                "twi|ce (3); int twice(int n)",
                "Mi|ne x = null; Mine",
                "new Mi|ne(); Mine()",
                "new Mine().si|ze; Mine.size:int",
                "Ma|th.max(1, 2); java.lang.Math",
                "Math.max(1, |; int Math.max(int a, int b)",
                "unknown|(1);"
            })
    void inspectionFindsTheNameUnderTheCursor(String marked, String signature) {
        kernel.eval(
                "String text = \"\"; int twice(int n) { return n; } class Mine { int size; } Map<String, List<Integer>> map = null;");
        for (var before : List.of("", "import java.util.zip.*;\n%maven a:b:1\nint other = 3;\n")) {
            var code = before + marked.replace("|", "");
            var shown = kernel.inspect(code, before.length() + marked.indexOf('|'), false);
            if (signature == null) {
                assertThat(shown).isNull();
            } else {
                assertThat(shown.getData(MIMEType.TEXT_PLAIN).toString()).startsWith(signature);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "count; count: int%n= 42",
                "list; list: List<Integer>%n= [1, 2]",
                "none; none: String%n= null",
                "bad; bad: Bad%n= cannot be shown: java.lang.IllegalStateException: broken",
                "worse; worse: Worse%n= null"
            })
    void inspectionShowsTheValueOfAVariable(String name, String shown) {
        kernel.eval(
                """
                class Bad { public String toString() { throw new IllegalStateException("broken"); } }
                class Worse { public String toString() { return null; } }
                int count = 42;
                List<Integer> list = List.of(1, 2);
                String none = null;
                Bad bad = new Bad();
                Worse worse = new Worse();
                """);
        assertThat(inspected(name)).isEqualTo(shown.replace("%n", "\n"));
    }

    @Test
    void aLongValueIsCutAndALocalVariableHasNone() {
        kernel.eval("var text = \"0123456789\".repeat(100); int n = 3;");
        assertThat(inspected("text"))
                .isEqualTo("text: String\n= " + "0123456789".repeat(20).substring(0, 199) + "…");
        assertThat(inspected("String n = \"\"; n")).isEqualTo("n: String");
        cells.interrupt();
        assertThat(inspected("n")).as("after an interrupt of nothing").endsWith("= 3");
        assertThat(kernel.eval("n").getData(MIMEType.TEXT_PLAIN)).isEqualTo("3");
    }

    private String inspected(String code) {
        return kernel.inspect(code, code.length(), false).getData(MIMEType.TEXT_PLAIN).toString();
    }

    @Test
    void javadocIsWrappedByTheFrontEnd() {
        assertThat(
                        Inspection.plain(
                                "Returns one\n row per {@code run}.\n\n <p>Its seed.\n @param a the\n     first\n @return b"))
                .isEqualTo(
                        "Returns one row per run.\n\n Its seed.\n @param a the first\n @return b");
    }

    @Test
    void completionKnowsTheStatementsAfterAnImport() {
        var code = "import java.util.zip.*;\nvar list = new ArrayList<String>();\nlist.isEm";
        assertThat(kernel.complete(code, code.length()).getReplacements())
                .containsExactly("isEmpty()");
    }

    @Test
    void completionIsThatOfTheImportUnderTheCursor() {
        assertThat(kernel.complete("import java.util.ArrayLis;", 25).getReplacements())
                .containsExactly("ArrayList");
    }

    @Test
    void whatBreaksTheCompilerFailsTheCellOnly() {
        assertThat(error("int n = 1" + " + 1".repeat(30_000) + ";")).isNotNull();
        assertThat(kernel.eval("2")).isNotNull();
    }

    @Test
    void whatIsTypedIsReadInPartsOfAnyLength() throws IOException {
        byte[] typed = "h\u00e9llo".getBytes(StandardCharsets.UTF_8);
        var signed =
                new FilterInputStream(new ByteArrayInputStream(typed)) {
                    @Override
                    public int read() throws IOException {
                        return (byte) super.read();
                    }

                    @Override
                    public int read(byte[] into, int offset, int length) {
                        throw new AssertionError("the library's writes past the array");
                    }
                };
        var input = new CellInput(signed);
        assertThat(input.read()).isEqualTo('h');
        assertThat(input.read()).isEqualTo(0xC3);
        assertThat(input.readNBytes(2)).containsExactly(0xA9, 'l');
        assertThat(input.readAllBytes()).containsExactly('l', 'o');
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "System.exit(3);",
                "Runnable end = () -> System.exit(3);\nend.run();",
                "java.util.function.IntConsumer end = System::exit;\nend.accept(3);",
                "class Main { long a = 1L << 40; double b = 2.5; static void main(String s) { System.exit(3); } }\nMain.main(\"\u00fc\");"
            })
    void anExitEndsTheCellOnly(String code) {
        kernel.eval("int kept = 1;");
        var error = error(code);
        assertThat(error.lines().get(1)).startsWith("    at cell");
        assertThat(error)
                .hasMessage(
                        "System.exit(3) ends the cell, not the kernel; Jupyter restarts or shuts down the kernel");
        assertThat(kernel.eval("kept").getData(MIMEType.TEXT_PLAIN)).isEqualTo("1");
    }

    @Test
    void aMethodOfTheUsersThatIsNamedExitIsCalled() {
        assertThat(
                        kernel.eval(
                                        "class Door { static int exit(int n) { return n + 1; } }\nSystem.gc();\nDoor.exit(1)")
                                .getData(MIMEType.TEXT_PLAIN))
                .isEqualTo("2");
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
