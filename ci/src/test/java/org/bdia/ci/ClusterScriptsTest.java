package org.bdia.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts for clusters, with stubs in place of Slurm and of the sweep. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class ClusterScriptsTest {

    private static final Path SCRIPTS = Path.of("clusters").toAbsolutePath();

    /** Tells its options; when told to end it takes its time, as a sweep does that writes checkpoints. */
    private static final String SWEEP =
            """
            #!/usr/bin/env bash
            echo "$@"
            [[ $STAYS ]] || exit 0
            trap 'sleep 0.3; echo checkpoints; exit 143' TERM
            echo begun
            while :; do sleep 0.05; done
            """;

    @TempDir private Path folder;

    @BeforeEach
    void stubs() throws IOException {
        executable(folder.resolve("ci/bdia"), SWEEP);
        executable(folder.resolve("bin/scontrol"), "#!/usr/bin/env bash\necho scontrol \"$@\"\n");
    }

    @Test
    void theTasksOfAnArrayAreAllShares() throws Exception {
        List<String> shares = new ArrayList<>();
        for (int task = 0; task < 4; task++) {
            Process script = script(task, 4, "", "a b.json", "--parallel", "2");
            shares.add(text(script.getInputStream()).strip());
            assertThat(script.waitFor()).isZero();
        }

        assertThat(shares)
                .containsExactly(
                        "sweep a b.json --parallel 2 --index 1/4",
                        "sweep a b.json --parallel 2 --index 2/4",
                        "sweep a b.json --parallel 2 --index 3/4",
                        "sweep a b.json --parallel 2 --index 4/4");
        Process alone = script(0, 1, "", "halving.json");
        assertThat(alone.getInputStream()).hasContent("sweep halving.json");
    }

    @ParameterizedTest
    @CsvSource({"USR1,scontrol requeue 7_1", "TERM,"})
    void aScriptThatIsToldToEndAwaitsTheCheckpoints(String signal, String requeued)
            throws Exception {
        Process script = script(1, 4, "yes", "sweep.json");
        try (var said = script.inputReader()) {
            assertThat(said.readLine()).isEqualTo("sweep sweep.json --index 2/4");
            assertThat(said.readLine()).isEqualTo("begun");
            new ProcessBuilder("kill", "-" + signal, "" + script.pid()).start().waitFor();

            assertThat(said.readLine()).isEqualTo("checkpoints");
            assertThat(said.readLine()).isEqualTo(requeued);
        }
        assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(script.exitValue()).isEqualTo(requeued == null ? 143 : 0);
    }

    @Test
    void anArrayWithGapsIsRefused() throws Exception {
        Process script = slurm(3, 2, 3, 2, "", "sweep.json");
        assertThat(text(script.getErrorStream()))
                .contains("the array must be 0-N without gaps", "but is 2 to 3 with 2 tasks");
        assertThat(script.waitFor()).isEqualTo(2);
    }

    @Test
    void theJobHasAsManySharesAsPods() throws IOException {
        assertThat(Files.readString(SCRIPTS.resolve("kubernetes-job.yaml")))
                .containsPattern("completions: (\\d+) [\\s\\S]*name: SHARES\\s+value: \"\\1\"");
    }

    private Process script(int task, int count, String stays, String... arguments)
            throws IOException {
        return slurm(task, 0, count - 1, count, stays, arguments);
    }

    private Process slurm(int task, int min, int max, int count, String stays, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("bash"));
        command.add(SCRIPTS.resolve("slurm-array.sh").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder script = new ProcessBuilder(command).directory(folder.toFile());
        var environment = script.environment();
        environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("STAYS", stays);
        environment.put("SLURM_ARRAY_JOB_ID", "7");
        environment.put("SLURM_ARRAY_TASK_ID", "" + task);
        environment.put("SLURM_ARRAY_TASK_MIN", "" + min);
        environment.put("SLURM_ARRAY_TASK_MAX", "" + max);
        environment.put("SLURM_ARRAY_TASK_COUNT", "" + count);
        return script.start();
    }

    private static String text(InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
