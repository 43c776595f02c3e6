package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RecordsTest {

    /** Has a range. */
    public record Range(int low, int high) {

        /** Checks the order. */
        public Range {
            if (low > high) {
                throw new IllegalArgumentException("low is " + low + ", above " + high);
            }
        }
    }

    @Test
    void oneComponentChangesAndTheChecksApply() {
        var range = new Range(1, 5);

        assertThat(Records.with(range, "high", 7)).isEqualTo(new Range(1, 7));
        assertThat(range).isEqualTo(new Range(1, 5));
        assertThatThrownBy(() -> Records.with(range, "low", 6)).hasMessage("low is 6, above 5");
        assertThatThrownBy(() -> Records.with(range, "middle", 6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Range has no component \"middle\"");
    }
}
