package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bdia.run.Build;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ChildCommandTest {

    @TempDir private Path folder;

    @Test
    void anAttemptElsewhereNamesItsClassPathItsBuildAndTheData() {
        Path there = Path.of("/opt/toolkit.jar");
        ChildCommand command =
                ChildCommand.attempt(RunStore.at(folder), Optional.of(there + ":/opt/lib.jar"));
        assertThat(command.command())
                .containsSequence("-cp", there + ":/opt/lib.jar", "org.bdia.cli.Main", "run")
                .containsSequence("--runs", folder.toString(), "--attempt", "--build")
                .endsWith(Build.ofThisToolkit().text());
        assertThat(command.environment()).containsKey("OMP_NUM_THREADS");
        assertThat(Path.of(command.environment().get("BDIA_DATA"))).isAbsolute();
        assertThat(command.missing()).containsExactly(there.toString(), "/opt/lib.jar");
        assertThat(ChildCommand.attempt(RunStore.at(folder), Optional.empty()).missing()).isEmpty();
    }

    @Test
    void anAttemptElsewhereFindsARelativeClassPath() {
        String key = "java.class.path";
        String own = System.getProperty(key);
        System.setProperty(key, "a b.jar" + File.pathSeparator + own);
        try {
            assertThat(ChildCommand.attempt(RunStore.at(folder), Optional.empty()).missing())
                    .as("the other machine's process has another working directory")
                    .containsExactly(Path.of("a b.jar").toAbsolutePath().toString());
        } finally {
            System.setProperty(key, own);
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void outputIsProgressOrLogAndTheProgramIsTheMachinesOwn() throws Exception {
        Path script = folder.resolve("program");
        Files.writeString(
                script, "read line; echo \"@step 1 2 $line\"; echo \"$GREETING\"; exit 7\n");
        ChildCommand command =
                new ChildCommand(List.of("elsewhere", script.toString()), Map.of())
                        .with("/bin/sh", Map.of("GREETING", "hello"));
        List<String> steps = new ArrayList<>();
        RunPlace.Exit exit = command.execute("{}", steps::add);
        assertThat(steps).containsExactly("@step 1 2 {}");
        assertThat(exit).isEqualTo(new RunPlace.Exit(7, List.of("hello")));
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        var command = new ChildCommand(List.of("/no/java", "-cp", "x"), Map.of());
        assertThatThrownBy(() -> command.execute("{}", step -> {}))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("/no/java");
    }
}
