package org.bdia.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bdia.experiment.RunPlace.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunTaskTest {

    @ParameterizedTest
    @CsvSource({"4, another build", "143, stopped at a checkpoint"})
    void aRunThatItsHostEndedGoesOnElsewhere(int code, String line) {
        assertThatThrownBy(() -> RunTask.outcome(new Exit(code, List.of(line)), "host 7"))
                .isInstanceOf(HostException.class)
                .hasMessageContainingAll("host 7", line);
    }

    @Test
    void aRunThatFailsWouldFailElsewhereToo() {
        assertThat(RunTask.outcome(new Exit(1, List.of("diverged")), "host 7"))
                .isEqualTo(new Exit(1, List.of("diverged", "(on host 7)")));
    }
}
