package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionTokenizerTest {
    @ParameterizedTest(name = "{0} → {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "The Cat sat.|the cat sat",
                "Yes, \"no\" (or) {so}: well; who?!...|yes no or so well who",
                "a family-friendly place - near the river|a family-friendly place near the river",
                "It's CNN's, isn't it?|it 's cnn 's is n't it",
                "It’s ‘fine’ — “really” …|it 's fine really",
                "well-don't can't won't they've I'm we'll|well-do n't ca n't wo n't they 've i 'm we 'll",
                "O'Neill's l'ami|o'neill 's l'ami",
                "costs £20-25 or 1,000.50, at 10:30.|costs £ 20-25 or 1,000.50 at 10:30",
                "the U.S. army|the u.s. army",
                "5 out of 5.|5 out of 5",
                "end.Start|end start",
                "a/b [x] & 50%|a / b [ x ] & 50 %",
                "café über 日本|café über 日本",
                "n't 's '|n't 's",
            })
    void definition(String text, String tokens) {
        assertThat(String.join(" ", CaptionTokenizer.tokenize(text))).isEqualTo(tokens);
    }

    @Test
    void degenerateTextIsNoTrouble() {
        String word = "a".repeat(100_000);
        assertThat(CaptionTokenizer.tokenize(word)).containsExactly(word);
        String chain = "a" + "-a".repeat(1000);
        assertThat(CaptionTokenizer.tokenize(chain)).containsExactly(chain);
    }
}
