package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import org.junit.jupiter.api.Test;

class PurposeTest {
    @Test
    void keysDifferInEveryArgument() {
        var keys = new HashSet<Long>();
        for (var purpose : Purpose.values()) {
            for (long seed = -3; seed < 3; seed++) {
                for (long major = 0; major < 6; major++) {
                    for (long minor = 0; minor < 6; minor++) {
                        keys.add(purpose.key(seed, major, minor));
                    }
                }
            }
        }
        assertThat(keys).hasSize(4 * 6 * 6 * 6);
    }
}
