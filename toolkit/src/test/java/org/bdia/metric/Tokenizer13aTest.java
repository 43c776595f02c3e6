package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Tokenizer13aTest {
    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "1,000.5|1,000.5",
                "end.|end .",
                "3.|3 .",
                ".5|. 5",
                "5.,|5 . ,",
                ".,5|. ,5", // the comma's left neighbour went to the period's rule
                "a,b|a , b",
                "...|. . .",
                "&quot;hi&quot;|\" hi \"",
                "a&amp;b &lt;c&gt;|a & b < c >",
                "&amp;lt;|<", // in this order, as mteval has it
                "&amp;quot;|& quot ;",
                "2-3|2 - 3",
                "-3|-3",
                "well-known|well-known",
                "3-|3 -",
                "U.S.|U . S .",
                "l'ami|l'ami",
                "don't|don't",
                "(a/b)[c]{d}~`^_|( a / b ) [ c ] { d } ~ ` ^ _",
                "$5+5=10%|$ 5 + 5 = 10 %",
                "café—über «ça»|café—über «ça»",
                "£5.5|£5.5",
                "<skipped>a|a",
                "Case Kept|Case Kept",
            })
    void specification(String text, String tokens) {
        assertThat(String.join(" ", Tokenizer13a.tokenize(text))).isEqualTo(tokens);
    }

    @Test
    void joinsLinesAndWordsHyphenatedAtTheirEnd() {
        assertThat(Tokenizer13a.tokenize("exam-\nple\nline")).containsExactly("example", "line");
    }

    @Test
    void tokensAreStable() {
        for (String text : Corpora.random(1, 20).hypotheses()) {
            String once = String.join(" ", Tokenizer13a.tokenize(text));
            assertThat(String.join(" ", Tokenizer13a.tokenize(once))).isEqualTo(once);
        }
    }
}
