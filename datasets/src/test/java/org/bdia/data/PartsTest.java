package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartsTest {

    @Test
    void aSizeIsACountAFractionOrTheRest() {
        var parts = new Parts(Parts.ALL, 0.1, 500);
        assertThat(parts.train(1999)).isEqualTo(Parts.ALL);
        assertThat(parts.validation(1999)).isEqualTo(199);
        assertThat(parts.validation(3)).isEqualTo(1);
        assertThat(parts.test(1999)).isEqualTo(500);
        assertThat(new Parts(1, 0, 0).validation(10)).isZero();
    }

    @Test
    void aFractionOfMoreThanAPartMayHoldIsRefused() {
        long total = 1L << 33;
        var parts = new Parts(0.5, 0.125, 0.25);
        assertThat(parts.validation(total)).isEqualTo(1 << 30);
        assertThatThrownBy(() -> parts.train(total))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "expected at most 2147483647 in a part, found 4294967296, which are 0.5 of 8589934592; ask for a"
                                + " number instead of a fraction");
        assertThatThrownBy(() -> parts.test(total)).hasMessageContaining("found 2147483648");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "-2, 0, 0", "1.5, 0, 0", "-1, -1, 0", "1, NaN, 0", "1, 0, 1e300"})
    void whatIsNoSizeIsRefused(double train, double validation, double test) {
        assertThatThrownBy(() -> new Parts(train, validation, test))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "each part must be a whole number, a fraction between 0 and 1");
    }
}
