package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class TablesTest {
    private static final Table TABLE =
            Table.create(
                    "loss & <b>time</b>",
                    StringColumn.create("method_1", "a|b, \"c\"", "50 % ± <i>"),
                    DoubleColumn.create("value", 1.0 / 3, Double.NaN),
                    IntColumn.create("n", 12345, 2));

    @Test
    void csvKeepsEveryDigitAndReadsBack() {
        String csv = Tables.csv(TABLE);
        assertThat(csv.lines())
                .containsExactly(
                        "method_1,value,n",
                        "\"a|b, \"\"c\"\"\",0.3333333333333333,12345",
                        "50 % ± <i>,,2");
        Table back = Table.read().csv(csv, "back");
        assertThat(back.stringColumn(0).get(0)).isEqualTo("a|b, \"c\"");
        assertThat(back.doubleColumn("value").get(0)).isEqualTo(1.0 / 3);
        assertThat(back.doubleColumn("value").isMissing(1)).isTrue();
    }

    @Test
    void markdownEscapesAndAligns() {
        assertThat(Tables.markdown(TABLE).lines())
                .containsExactly(
                        "**loss & &lt;b>time&lt;/b>**",
                        "",
                        "| method\\_1 | value | n |",
                        "| :--- | ---: | ---: |",
                        "| a\\|b, \"c\" | 0.3333 | 12,345 |",
                        "| 50 % ± &lt;i> | – | 2 |");
    }

    @Test
    void latexEscapesAndUsesBooktabs() {
        assertThat(Tables.latex(TABLE))
                .contains("\\caption{loss \\& \\textless{}b\\textgreater{}time")
                .contains("\\begin{tabular}{lrr}", "\\toprule", "\\midrule", "\\bottomrule")
                .contains("method\\_1 & value & n \\\\")
                .contains("50 \\% $\\pm$ \\textless{}i\\textgreater{} & -- & 2 \\\\");
    }

    @Test
    void latexTellsAMinusFromAHyphen() {
        assertThat(Tables.latexEscape("-0.5")).isEqualTo("$-$0.5");
        assertThat(Tables.latexEscape("[-1.5, -.5]")).isEqualTo("[$-$1.5, $-$.5]");
        assertThat(Tables.latexEscape("1.9e-07 of GPT-2, bdia-float"))
                .isEqualTo("1.9e-07 of GPT-2, bdia-float");
    }

    @Test
    void textAlignsWordsLeftAndNumbersRight() {
        assertThat(Tables.text(TABLE).lines())
                .containsExactly(
                        "loss & <b>time</b>",
                        "method_1     value       n",
                        "a|b, \"c\"    0.3333  12,345",
                        "50 % ± <i>       –       2");
    }

    @Test
    void htmlEscapesAndSaysWhatItLeavesOut() {
        assertThat(Tables.html(TABLE))
                .contains("loss &amp; &lt;b&gt;time&lt;/b&gt;")
                .contains("text-align:right;white-space:nowrap\">0.3333</td>")
                .doesNotContain("<b>", "<i>");
        Table longTable = Table.create("long", IntColumn.indexColumn("i", 130, 0));
        assertThat(Tables.html(longTable))
                .contains(">99<")
                .doesNotContain(">100<")
                .contains("30 more");
    }

    @Test
    void savesThreeFiles(@TempDir Path folder) throws IOException {
        Tables.save(folder.resolve("tables"), "loss", TABLE);
        assertThat(Files.readString(folder.resolve("tables/loss.csv")))
                .isEqualTo(Tables.csv(TABLE));
        assertThat(folder.resolve("tables/loss.md")).isNotEmptyFile();
        assertThat(folder.resolve("tables/loss.tex")).isNotEmptyFile();
    }
}
