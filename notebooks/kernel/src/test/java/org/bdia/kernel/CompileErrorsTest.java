package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CompileErrorsTest extends CellTest {

    @Test
    void everyErrorOfTheCellIsShownWithItsLineAndACaret() {
        var error =
                error(
                        """
                        int a = 1;
                        int b = a + missing;
                            String text = b;
                        a + b + other; // no statement
                        int twice(int n) { return 2 * n; }
                        System.out.println(twice(b) + text.size());
                        int c = ;
                        """);
        assertThat(error.lines())
                .containsExactly(
                        "compile error: line 2: cannot find symbol",
                        "  symbol:   variable missing",
                        "    int b = a + missing;",
                        "                ^",
                        "line 3: incompatible types: int cannot be converted to java.lang.String",
                        "    String text = b;",
                        "                  ^",
                        "line 4: cannot find symbol",
                        "  symbol:   variable other",
                        "    a + b + other; // no statement",
                        "            ^",
                        "line 6: cannot find symbol",
                        "  symbol:   method size()",
                        "    System.out.println(twice(b) + text.size());",
                        "                                      ^",
                        "line 7: illegal start of expression",
                        "    int c = ;",
                        "            ^");
        assertThat(cells.evaluate("a")).isEqualTo(1);
        assertThat(error("twice(1)")).as("only compiled").isNotNull();
    }

    @Test
    void whatIsOnlyCompiledDoesNotRun() {
        cells.evaluate("var list = new ArrayList<Integer>();");
        error("int a = missing;\nlist.add(1);\nlist = null;\nint a = 2;");
        assertThat(cells.evaluate("list")).hasToString("[]");
    }

    /** Correct snippets that would be errors within one block, or in another order. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "int n = 0;\nList.of(1).forEach(x -> n += x);\nRunnable r = () -> System.out.println(n);",
                "int n;\nn++;",
                "int n = 1;\nint n = 2;",
                "int x = 1;\nList.of(\"a\").forEach(x -> x.length());",
                "while (true) {}\nint after = 1;",
                "Thread.sleep(1);",
                "class A { B b; }\nclass B { int f() { return of(1); } }\nint of(int n) { return n; }",
                "public class A {}\nstatic int n = 1;",
                "import java.util.zip.*;\nZipEntry entry = null;",
                "int f(int n) { return f(n - 1) + defined_later(); }\nf(1);",
                "%maven a:b:1\nint n = unknown;"
            })
    void whatIsCorrectIsNoError(String correct) {
        assertThat(error("int a = missing;\n" + correct).lines()).hasSize(4);
    }
}
