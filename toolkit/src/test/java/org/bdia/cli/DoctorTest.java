package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {

    private static final String CONFIG = "{\"seed\":0}";

    @TempDir private Path folder;

    @Test
    void runsAreKeptWhereTheyCanBeWrittenLockedAndSynced() throws IOException {
        Path root = folder.resolve("not/yet");
        assertThat(RunsFinding.of(RunStore.at(root), 0).line())
                .startsWith("ok       runs     " + root + ", ")
                .endsWith(" GiB free, 0 finished and 0 unfinished runs");
        assertThat(folder).as("the probe is gone").isEmptyDirectory();
        Path file = Files.createFile(folder.resolve("file"));
        assertThat(RunsFinding.of(RunStore.at(file), 0).line())
                .startsWith("MISSING  runs     " + file + " cannot be written, locked and synced: ")
                .contains("fix: set BDIA_RUNS");
        assertThat(RunsFinding.of(RunStore.at(root), Long.MAX_VALUE).line())
                .startsWith("MISSING  runs     " + root + " has ")
                .contains("a checkpoint may need", "fix: free some space, or set BDIA_RUNS");
    }

    @Test
    void unfinishedRunsAreNamedWithWhoHoldsThem() throws IOException {
        RunStore store = RunStore.at(folder);
        Path owner = folder.resolve("run1/lock.owner");
        String self;
        try (var run = store.open("run1", CONFIG)) {
            assertThat(run.folder()).isEqualTo(owner.getParent());
            self = Files.readString(owner);
            assertThat(runs(store))
                    .endsWith("(run1 open in process " + ProcessHandle.current().pid() + ")");
        }
        assertThat(runs(store)).endsWith("0 finished and 1 unfinished runs (run1 open nowhere)");
        Files.writeString(owner, self.replaceFirst("started \\S+", "started 2001-01-01T00:00:00Z"));
        assertThat(runs(store)).endsWith(", which has ended)").contains("run1 left by process");
        String elsewhere = self.replaceFirst(" on .*, ", " on elsewhere.invalid, ").strip();
        Files.writeString(owner, elsewhere);
        assertThat(runs(store)).endsWith("(run1 open in " + elsewhere + ")");
        Files.createFile(folder.resolve("run1/DONE"));
        assertThat(runs(store)).endsWith("1 finished and 0 unfinished runs");
    }

    @Test
    void ofManyUnfinishedRunsTheFirstAreNamed() throws IOException {
        for (int run = 0; run < 7; run++) {
            Path one = Files.createDirectory(folder.resolve("run-" + run));
            Files.writeString(one.resolve("config.json"), CONFIG);
        }
        assertThat(runs(RunStore.at(folder)))
                .contains("7 unfinished runs (run-0 open nowhere; ")
                .endsWith("; run-4 open nowhere; …)");
    }

    @Test
    void limitsThatAreTooLowAreToldApartFromWhatIsOnlyGood() {
        assertThat(LimitsFinding.of(OptionalLong.of(1024), false, true).line())
                .isEqualTo(
                        "ok       limits   1024 open files, no bfloat16 in the processor, jdk.jshell");
        assertThat(LimitsFinding.of(OptionalLong.of(1023), true, true).line())
                .startsWith("MISSING  limits   1023 open files, bfloat16")
                .contains("fix: raise the limit of open files (ulimit -n)");
        assertThat(LimitsFinding.of(OptionalLong.empty(), true, false).line())
                .startsWith("MISSING  limits   bfloat16 in the processor, no jdk.jshell")
                .contains("fix: run the kernel with a JDK");
        assertThat(LimitsFinding.ofThisProcess().found()).endsWith(", jdk.jshell");
    }

    @Test
    void aCommandThatDoesNotEndIsEnded() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Duration patience = Duration.ofSeconds(50);
        assertThat(Doctor.output(patience, java, "--version"))
                .hasValueSatisfying(text -> assertThat(text).isNotEmpty());
        assertThat(Doctor.output(patience, java, "--no-such-option")).isEmpty();
        assertThat(Doctor.output(patience, "no-such-command")).isEmpty();
        Optional<String> endless =
                Doctor.output(
                        Duration.ofMillis(1),
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Endless.class.getName());
        assertThat(endless).isEmpty();
    }

    @Test
    void withoutAnEngineTheDocumentOfTheVariablesIsNamed() {
        String line = Doctor.noEngine(new UnsatisfiedLinkError("no library")).line();
        assertThat(line).contains("no library").endsWith("see toolkit/docs/gpu.md");
        assertThat(Path.of("docs/gpu.md")).content().contains("PYTORCH_LIBRARY_PATH");
    }

    private static String runs(RunStore store) {
        Finding finding = RunsFinding.of(store, 0);
        assertThat(finding.ok()).as(finding.found()).isTrue();
        return finding.found();
    }

    /** Says something and stays, but not for ever: a doctor that waits for it is to fail this test, not to hang it. */
    static final class Endless {
        private Endless() {}

        public static void main(String[] args) throws InterruptedException {
            System.out.println("here");
            Thread.sleep(30_000);
        }
    }
}
