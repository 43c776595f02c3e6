package org.bdia.ci.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.engine.Engine;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bdia.io.StrictJson;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class GpuCommandTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void onTheCpuEveryCheckHolds() throws Exception {
        Path output = folder.resolve("gpu").resolve("record.json");
        int status =
                run(
                        "cpu",
                        "--depth=3",
                        "--width=32",
                        "--batch=2",
                        "--rounds=0",
                        "--output=" + output);
        assertThat(out.toString()).contains("all checks hold");
        assertThat(status).isZero();
        JsonNode record = StrictJson.MAPPER.readTree(output.toFile());
        assertThat(record.get("device").asText()).isEqualTo("cpu()");
        assertThat(record.get("seed").asLong()).isEqualTo(DeviceCheck.SEED);
        assertThat(record.get("exactness")).hasSize(2 * 2);
        for (JsonNode exactness : record.get("exactness")) {
            assertThat(exactness.get("mismatches").asLong()).isZero();
            assertThat(exactness.get("activations").asLong()).isPositive();
        }
        assertThat(record.get("gradients")).hasSize(2 * (3 + 4 + 4));
        for (JsonNode gradient : record.get("gradients")) {
            boolean sliced = gradient.get("way").asText().endsWith("in slices");
            assertThat(gradient.get("tolerance").asDouble() == 0).isEqualTo(!sliced);
        }
    }

    @Test
    void withoutAGpuItSaysWhatIsMissing() {
        assumeThat(Engine.getEngine("PyTorch").getGpuCount()).isZero();
        assertThat(run("")).isEqualTo(2);
        assertThat(err.toString())
                .contains("no CUDA GPU", "-Dgpu", "PYTORCH_LIBRARY_PATH", "BDIA_DEVICE=cpu")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--width=24",
                "--width=0",
                "--width=100",
                "--depth=0",
                "--batch=1",
                "--batch=-1",
                "--rounds=-1"
            })
    void whatCannotBeMeasuredIsRefusedByName(String argument) {
        Path output = folder.resolve("gpu").resolve("record.json");
        assertThat(run("cpu", "--output=" + output, argument)).isEqualTo(2);
        String name = argument.substring(0, argument.indexOf('='));
        String value = argument.substring(name.length() + 1);
        assertThat(err.toString()).contains(name + " must be", "but is " + value);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anOutputThatCannotBeWrittenIsRefusedBeforeAnythingIsMeasured() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        for (Path output : List.of(file.resolve("record.json"), folder)) {
            assertThat(run("cpu", "--output=" + output)).isEqualTo(2);
            assertThat(err.toString()).contains("--output", file.getParent().toString());
        }
        assertThat(out.toString()).isEmpty();
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
    }

    private int run(String device, String... arguments) {
        return new CommandLine(new GpuCommand(device))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
