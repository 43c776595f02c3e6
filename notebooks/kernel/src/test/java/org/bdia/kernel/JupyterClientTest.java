package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The installed kernel through Jupyter's own client; skipped where no Python has it. */
class JupyterClientTest {
    private static final Path SCRIPT = Path.of("..", "..", "ci", "kernel_interrupt.py");
    private static final int MISSING = 3;

    @TempDir private Path jupyter;

    @Test
    void anInterruptedCellFailsAndTheSessionGoesOn() throws Exception {
        KernelSpec.current().install(jupyter);
        int status = MISSING;
        for (String python : List.of("python3", "/usr/bin/python3")) {
            if (status == MISSING) {
                status = run(python);
            }
        }
        assumeTrue(status != MISSING, "skipped: no python3 here has jupyter_client");
        assertThat(status).as(Files.readString(said())).isZero();
    }

    private int run(String python) throws IOException, InterruptedException {
        var builder =
                new ProcessBuilder(python, SCRIPT.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said().toFile());
        builder.environment().put("JUPYTER_PATH", jupyter.toString());
        builder.environment().put("JUPYTER_RUNTIME_DIR", jupyter.resolve("runtime").toString());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return MISSING; // there is no such Python
        }
        // The kernel ends with the process that started it.
        boolean ended = process.waitFor(200, TimeUnit.SECONDS);
        process.destroyForcibly();
        assertThat(ended).as(Files.readString(said())).isTrue();
        return process.exitValue();
    }

    private Path said() {
        return jupyter.resolve("said.txt");
    }
}
