package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WhitespaceTest {
    @Test
    void splitsAtUnicodeSpacesAndAsciiSeparators() {
        assertThat(Whitespace.split(" a\tb\u00a0c\u2003\u3000d\u001ce\n"))
                .containsExactly("a", "b", "c", "d", "e");
    }

    @Test
    void noWordIsEmpty() {
        assertThat(Whitespace.split("")).isEmpty();
        assertThat(Whitespace.split(" \n ")).isEmpty();
    }
}
