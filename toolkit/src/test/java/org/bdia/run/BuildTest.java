package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class BuildTest {

    @Test
    void theCommitIsTheEnvironmentsElseTheBuilds() {
        var built = new Properties();
        assertThat(Build.of(built, Map.of())).isEqualTo(new Build("unknown", "unknown"));
        built.setProperty("commit", "def-dirty");
        assertThat(Build.of(built, Map.of()).commit()).isEqualTo("def-dirty");
        assertThat(Build.of(built, Map.of("BDIA_COMMIT", "abc")).commit()).isEqualTo("abc");
    }

    @Test
    void aBuildInAGitCloneSaysItsCommit() throws Exception {
        assumeThat(Path.of("../.git")).exists();
        assumeThat(System.getenv()).doesNotContainKey("BDIA_COMMIT");
        Process git;
        try {
            git = new ProcessBuilder("git", "rev-parse", "--short=12", "HEAD").start();
        } catch (IOException e) {
            assumeThat(e).as("no git").isNull();
            return;
        }
        String commit =
                new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assumeThat(git.waitFor()).isZero();
        assertThat(Build.ofThisToolkit().commit()).isIn(commit, commit + "-dirty");
    }

    @Test
    void theVersionIsMavens() {
        assertThat(Build.ofThisToolkit().version()).matches("\\d+\\.\\d+.*");
    }
}
