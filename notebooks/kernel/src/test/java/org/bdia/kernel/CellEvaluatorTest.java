package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CellEvaluatorTest extends CellTest {

    @Test
    void theLastExpressionIsTheValue() {
        assertThat(cells.evaluate("int a = 20;\nint b = 1;\n(a + b) * 2")).isEqualTo(42);
        assertThat(cells.evaluate("a")).isEqualTo(20);
        assertThat(cells.evaluate("List.of(a, b) // a comment")).hasToString("[20, 1]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  \n",
                "// only a comment",
                "int a = 1;",
                "int a;",
                "Math.max(1, 2);",
                "Math.max(1, 2); // quietly",
                "2;\nint last = 3;",
                "String none = null;\nnone",
                "void f() {}"
            })
    void aCellWithoutLastExpressionHasNoValue(String code) {
        assertThat(cells.evaluate(code)).isNull();
    }

    @Test
    void theValueIsTheObjectItself() {
        var made = cells.evaluate("var list = new ArrayList<Integer>(); list");
        cells.evaluate("list.add(7);");
        assertThat(made).asInstanceOf(InstanceOfAssertFactories.LIST).containsExactly(7);
    }

    @Test
    void allCellsRunOnOneThread() {
        var first = cells.evaluate("Thread.currentThread()");
        error("throw new Error();");
        assertThat(cells.evaluate("Thread.currentThread()")).isSameAs(first);
        assertThat(((Thread) first).getName()).isEqualTo("notebook");
    }

    @Test
    void aCompileErrorNamesTheLineOfTheCell() {
        var error = error("int a = 1;\n\nint b = a\n    + missing;\nint c = 3;");
        assertThat(error).hasMessage("compile error: line 4: cannot find symbol");
        assertThat(error.lines())
                .anyMatch(line -> line.contains("variable missing"))
                .endsWith("    + missing;", "      ^");
        assertThat(cells.evaluate("a")).as("what precedes the error has run").isEqualTo(1);
        assertThat(error("c")).as("what follows has not").isNotNull();
    }

    @Test
    void aSyntaxErrorNamesTheLineOfTheCell() {
        assertThat(error("int a = 1;\nint b = ;"))
                .hasMessageStartingWith("compile error: line 2: illegal start");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "int a = (1 +",
                "int a = 1;\nfor (int i = 0; i < 3; i++) {",
                "String s = \"\"\"\n  text"
            })
    void incompleteSourceIsAnError(String code) {
        assertThat(error(code)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Trainer trainer = null;", "class Mine { Trainer trainer; }"})
    void aNameOfTwoImportsIsReportedWithBothFullNames(String code) {
        cells.evaluate("import ai.djl.training.*;");
        assertThat(error(code))
                .hasMessage(
                        "compile error: line 1: reference to Trainer is ambiguous:"
                                + " ai.djl.training.Trainer or org.bdia.train.Trainer;"
                                + " import the one that you mean by this name");
        cells.evaluate("import org.bdia.train.Trainer;");
        cells.evaluate(code);
    }

    /** All that the README's snippets import on demand is there in a new notebook, and KERNELS.md prints it for others. */
    @Test
    void theReadmesImportsAreThereAndPrintedForOtherKernels() throws IOException {
        var readme = Files.readString(Path.of("..", "..", "README.md"));
        var packages =
                Pattern.compile("(?m)^import (\\S+)\\.\\w+;|^import (\\S+)\\.\\*;")
                        .matcher(readme)
                        .results()
                        .map(line -> line.group(1) == null ? line.group(2) : line.group(1))
                        .map(name -> "import " + name + ".*;")
                        .toList();
        assertThat(packages).isNotEmpty();
        assertThat(CellEvaluator.IMPORTS).containsAll(packages);
        var ours =
                CellEvaluator.IMPORTS.stream()
                        .filter(line -> !line.contains(" java.") && !line.contains(" static "))
                        .toList();
        assertThat(Path.of("..", "..", "toolkit", "KERNELS.md"))
                .content()
                .contains("```java\n" + String.join("\n", ours) + "\n```");
    }

    @Test
    void anExceptionKeepsItsCausesAndTheLinesOfTheirCells() {
        cells.evaluate(
                "void check(int x) {\n  if (x < 0) {\n    throw new IllegalArgumentException(\"x < 0\");\n  }\n}");
        var error =
                error(
                        """
                        int fine = 1;
                        try {
                          check(-1);
                        } catch (RuntimeException e) {
                          throw new IllegalStateException("run 7 failed", e);
                        }
                        """);
        assertThat(error).hasMessage("java.lang.IllegalStateException: run 7 failed");
        assertThat(error.lines())
                .containsExactly(
                        "java.lang.IllegalStateException: run 7 failed",
                        "    at cell 2, line 5",
                        "Caused by: java.lang.IllegalArgumentException: x < 0",
                        "    at cell 1, line 3 (in check)",
                        "    at cell 2, line 3");
    }

    @Test
    void framesNameTheUsersOwnClassesAndLibraries() {
        var error =
                error(
                        """
                        class Broken extends RuntimeException {
                          Broken(String message) { super(message); }
                        }
                        class Work {
                          static int step(int i) {
                            throw new Broken("step " + i);
                          }
                        }
                        Stream.of(3).map(i -> Work.step(i)).toList();
                        """);
        assertThat(error.lines())
                .startsWith(
                        "Broken: step 3",
                        "    at cell 1, line 6 (in Work.step)",
                        "    at cell 1, line 9")
                .anyMatch(line -> line.contains("java.util.stream"))
                .endsWith("    at cell 1, line 9")
                .noneMatch(line -> line.contains("bdia") || line.contains("REPL"));
    }

    @Test
    void anExceptionThatExplainsItselfHasTheFramesOfCellsAlone() {
        var error =
                error(
                        """
                        int fine = 1;
                        try {
                          Stream.of(-1).map(x -> new ArrayList<String>(x)).toList();
                        } catch (IllegalArgumentException e) {
                          throw new IllegalStateException("no list", e);
                        }
                        """);
        assertThat(error.lines())
                .containsExactly(
                        "java.lang.IllegalStateException: no list",
                        "    at cell 1, line 5",
                        "Caused by: java.lang.IllegalArgumentException: Illegal Capacity: -1",
                        "    at cell 1, line 3",
                        "    at cell 1, line 3");
        var silent = "Stream.of(1).map(i -> { throw new IllegalArgumentException(); }).toList()";
        assertThat(error(silent).lines()).anyMatch(line -> line.contains("java.util.stream"));
    }

    @Test
    void aRingOfCausesEnds() {
        var error =
                error(
                        "var a = new Exception(\"a\"); var b = new Exception(\"b\", a); a.initCause(b); throw a;");
        assertThat(error.lines()).filteredOn(line -> line.startsWith("Caused by")).hasSize(1);
    }

    @Test
    void anEndlessRecursionIsShownShort() {
        cells.evaluate("int deep(int i) { return deep(i + 1) + 1; }");
        var error = error("deep(0)");
        assertThat(error).hasMessage("java.lang.StackOverflowError");
        assertThat(error.lines()).hasSizeLessThan(40);
        assertThat(cells.evaluate("1 + 1")).isEqualTo(2);
    }

    @Test
    void anExceptionWhoseMessageThrowsIsStillShown() {
        var error =
                error(
                        "throw new RuntimeException() { public String getMessage() { throw new Error(); } };");
        assertThat(error).hasMessageContaining("cannot be read");
    }

    @Test
    void redefinitionTakesTheNewestMeaning() {
        cells.evaluate("int f() { return 1; }");
        cells.evaluate("int f() { return 2; }");
        assertThat(cells.evaluate("f()")).isEqualTo(2);
        cells.evaluate("int x = 1;");
        cells.evaluate("String x = \"text\";");
        assertThat(cells.evaluate("x")).isEqualTo("text");
    }

    @Test
    void aVariableThatARedefinitionEmptiesIsReported() {
        cells.evaluate("class A {}\nA kept = new A();\nint other = 1;");
        assertThat(warnings("class A { int more; }"))
                .contains("reset the variable kept")
                .doesNotContain("other");
        assertThat(cells.evaluate("kept")).isNull();
    }

    @Test
    void aVariableThatAnImportMakesAmbiguousIsReported() {
        cells.evaluate("var list = List.of(1);\nint other = 1;");
        assertThat(warnings("import java.awt.*;"))
                .contains("dropped the variable list")
                .doesNotContain("other");
    }

    @Test
    void whatReplacesAVariableIsNotReported() {
        cells.evaluate("int x = 1;");
        assertThat(warnings("int x = 2;")).isEmpty();
        assertThat(warnings("String x = \"text\";")).isEmpty();
    }

    private String warnings(String code) {
        var out = new ByteArrayOutputStream();
        var err = System.err;
        System.setErr(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            cells.evaluate(code);
        } finally {
            System.setErr(err);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** What makes JShell declare variables again, though they could keep their values. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "// a comment\nimport java.util.zip.*;",
                "/* a\n comment */ import java.util.zip.*;",
                "import java.util\n    .zip.*; // a comment",
                "import java.util.List;",
                "class A { int v = 1; }",
                "int f() { return 2; }",
                "// a comment\nint f() { return 1; }",
                "int base = 3;",
                "class A { int v = 1; }\nint f() { return 7; }\nimport java.awt.event.*;"
            })
    void variablesKeepTheirValuesWhateverIsDeclared(String code) {
        cells.evaluate("class A { int v = 1; }\nint base = 1;\nint f() { return base; }");
        cells.evaluate(
                """
                A made = new A();
                made.v = 5;
                var list = new ArrayList<String>(List.of("a"));
                int[] array = {1};
                int called = f();
                String text = "t" + base;
                var nameless = new Object() { int q = 1; };
                """);
        cells.evaluate(code);
        cells.evaluate(code);
        assertThat(cells.evaluate("made.v + \" \" + list + array[0] + called + text + nameless.q"))
                .isEqualTo("5 [a]11t11");
    }

    @Test
    void aCompileErrorInACommentedImportNamesItsLine() {
        assertThat(error("int a = 1;\n// a comment\nimport missing.*;"))
                .hasMessage("compile error: line 3: package missing does not exist");
    }

    @Test
    void declarationsMayReferForwardWithinACell() {
        cells.evaluate("class A { B b = new B(); }\nclass B { int value = 5; }");
        assertThat(cells.evaluate("new A().b.value")).isEqualTo(5);
    }

    @Test
    void aDeclarationWhoseTypeIsMissingIsAnError() {
        assertThat(error("class A { Missing m; }"))
                .hasMessage("A needs undefined names: class Missing");
    }

    @Test
    void callingAMethodBeforeWhatItNeedsIsAnError() {
        cells.evaluate("int f() { return g(); }");
        assertThat(error("f()")).hasMessage("f needs undefined names: method g()");
        cells.evaluate("int g() { return 3; }");
        assertThat(cells.evaluate("f()")).isEqualTo(3);
    }
}
