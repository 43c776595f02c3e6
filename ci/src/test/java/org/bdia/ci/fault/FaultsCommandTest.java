package org.bdia.ci.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.bdia.cli.Main;
import org.junit.jupiter.api.Test;

class FaultsCommandTest {

    private final StringWriter err = new StringWriter();

    @Test
    void faultsThatCouldFindNothingAreRefused() {
        assertThat(run("faults")).isEqualTo(2);
        assertThat(run("faults", "--steps", "5")).isEqualTo(2);
        assertThat(run("faults", "--cells", "1")).isEqualTo(2);
        assertThat(run("faults", "--kills", "1")).isEqualTo(2);
        assertThat(run("faults", "--states", "-1")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "faults needs --kills, --states, --kernels, --steps or --cells",
                        "--steps must be 0 or at least 100, but is 5",
                        "--cells must be 0 or at least 50, but is 1",
                        "--kills must be 0 or at least 4, but is 1",
                        "--states must be 0 or at least 1, but is -1");
    }

    private int run(String... arguments) {
        return Main.commandLine().setErr(new PrintWriter(err)).execute(arguments);
    }
}
