package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.Start;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.TextCorpus;
import org.bdia.run.Build;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theDoctorNamesEverythingItLookedFor() {
        run("doctor");
        assertThat(out.toString())
                .contains(
                        "JDK", "engine", "PyTorch", "device", "limits", "Jupyter", "data", "runs");
    }

    @Test
    void theVersionIsTheBuilds() {
        Build build = Build.ofThisToolkit();
        run("--version");
        assertThat(out.toString().strip())
                .isEqualTo(
                        "bdia "
                                + build.version()
                                + ", commit "
                                + build.commit()
                                + ", arithmetic "
                                + Build.ARITHMETIC);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "new",
                "plan",
                "run",
                "sweep",
                "compare",
                "data",
                "data fetch",
                "doctor"
            })
    void everyCommandExplainsItself(String command) {
        String[] words = (command + " --help").strip().split(" ");
        assertThat(run(words)).isZero();
        assertThat(out.toString()).contains(("Usage: bdia " + command).strip());
    }

    @Test
    void theDoctorSaysHowToFixWhatIsMissing() throws IOException {
        assertThat(Doctor.jdk(11).line()).startsWith("MISSING  JDK").contains("fix: install");
        assertThat(Doctor.jdk(17).line()).startsWith("ok").doesNotContain("fix");
        assertThat(Doctor.data(folder.resolve("nothing")).line())
                .contains("MISSING  data     no folder", "BDIA_DATA", "synthetic");
        Path cifar = Files.createDirectory(folder.resolve("cifar-10-batches-bin"));
        assertThat(Doctor.data(folder).ok()).as("an empty folder").isFalse();
        Files.createFile(cifar.resolve("data_batch_1.bin"));
        Files.createFile(cifar.resolve("test_batch.bin"));
        assertThat(Doctor.data(folder).line())
                .contains("has [CIFAR-10], not [CIFAR-100, English–French, OpenWebText,");
        for (String file :
                List.of(
                        "cifar-100-binary/train.bin",
                        "cifar-100-binary/test.bin",
                        "eng-fra/eng-fra.txt",
                        "openwebtext-sample/owt10k-val.txt",
                        "tinyshakespeare/input.txt",
                        "e2e-nlg/trainset.csv",
                        "e2e-nlg/devset.csv",
                        "e2e-nlg/testset_w_refs.csv")) {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.createFile(folder.resolve(file));
        }
        assertThat(Doctor.data(folder).ok()).isTrue();
    }

    @Test
    void misuseIsToldApartFromFailure() throws IOException {
        assertThat(run("dance")).isEqualTo(2);
        assertThat(err.toString()).contains("dance");
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"tsak\": 1}");
        assertThat(run("run", config.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("config.json").contains("tsak");
        assertThat(run("run")).isEqualTo(2);
        assertThat(err.toString()).contains("run needs a CONFIG");
    }

    @Test
    void aRunTrainsFirstWhatItBeginsWith() throws IOException {
        TaskConfig.Text text =
                new TaskConfig.Text(
                        TextCorpus.Source.SHAKESPEARE,
                        TextCorpus.Unit.GPT2_BPE,
                        900,
                        200,
                        500,
                        0,
                        true);
        GptConfig model = new GptConfig(50257, 64, 8, 2, 2, 8, 0.1, ActivationConfig.GELU);
        RunConfig config =
                new RunConfig(
                        new TaskConfig.E2eNlg(
                                8,
                                2,
                                2,
                                new Start.Pretrained(text, TrainConfig.of(1, 2, 1e-3)),
                                1,
                                0,
                                true),
                        model,
                        Method.standard(),
                        Backprop.STORE,
                        false,
                        TrainConfig.of(1, 4, 1e-3),
                        0);
        Path file = folder.resolve("e2e.json");
        Files.writeString(file, config.json());
        assertThat(run("run", file.toString(), "--runs", folder.resolve("runs").toString()))
                .isZero();
        assertThat(RunStore.at(folder.resolve("runs")).ids()).hasSize(2).contains(config.id());
    }

    @Test
    void aSweepIsDescribedAndItsMistakesAreTold() throws IOException {
        Path sweep = folder.resolve("sweep.json");
        Files.writeString(
                sweep,
                "{\"profile\": \"smoke\", \"grids\": [{\"task\": [\"cifar10\"], \"seed\": [0, 1]}]}");
        assertThat(run("sweep", sweep.toString(), "--runs", folder.toString(), "--dry-run"))
                .isZero();
        assertThat(out.toString()).contains("2 runs, 2 to do", "cifar10 · standard, seed 1");
        assertThat(run("sweep", sweep.toString(), "--index", "3/2", "--dry-run")).isEqualTo(2);
        assertThat(run("sweep", sweep.toString(), "--index", "half", "--dry-run")).isEqualTo(2);
        assertThat(run("sweep", sweep.toString(), "--parallel", "0", "--dry-run")).isEqualTo(2);
        assertThat(err.toString())
                .contains("1/2 … 2/2, but is 3/2", "1/4, but is 'half'", "but is 0");
        assertThat(run("compare", sweep.toString(), "--runs", folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("there are no folders to compare");
    }

    @Test
    void whatDoesNotGoWithAClusterIsRefusedAndTheMissingJarIsNamed() throws IOException {
        Path sweep = folder.resolve("sweep.json");
        Files.writeString(
                sweep, "{\"profile\": \"smoke\", \"grids\": [{\"task\": [\"cifar10\"]}]}");
        String file = sweep.toString();
        assertThat(run("sweep", file, "--spark", "spark://h:7", "--index", "1/2")).isEqualTo(2);
        assertThat(run("sweep", file, "--spark", "spark://h:7", "--parallel", "2")).isEqualTo(2);
        assertThat(run("sweep", file, "--spark", "spark://h:7", "--runs", "s3a://b/r"))
                .isEqualTo(2);
        assertThat(run("sweep", file, "--toolkit", "x")).isEqualTo(2);
        assertThat(err.toString())
                .contains("--index divides", "--parallel is for this machine")
                .contains("mounted on every machine", "for a sweep with --spark");
        assertThat(run("run", "--build", "another", file)).as("an unfit machine").isEqualTo(4);
        String runs = folder.toString();
        assertThat(run("sweep", file, "--spark", "spark://h:7", "--runs", runs)).isEqualTo(1);
        assertThat(err.toString())
                .contains("org.bdia:bdia-spark:" + Build.ofThisToolkit().version());
    }

    @Test
    void aNewConfigurationIsOneThatRuns() throws IOException {
        Path file = folder.resolve("first.json");
        assertThat(run("new", "shakespeare", "--profile", "laptop", "--output", file.toString()))
                .isZero();
        assertThat(out.toString()).contains("next: bdia run " + file);
        var config = Json.read(file, RunConfig.class);
        assertThat(config.method()).isEqualTo(Method.bdia(0.5));
        assertThat(config.backprop()).isEqualTo(Backprop.REVERSIBLE);
        assertThat(file).content().contains("\"epochs\" : ", "\"seed\" : 0");

        assertThat(run("new", "cifar10", "--output", file.toString())).isEqualTo(2);
        assertThat(err.toString()).contains("first.json is there already");
        assertThat(Json.read(file, RunConfig.class)).isEqualTo(config);
    }

    @Test
    void aNewSweepIsOneThatRuns() {
        Path file = folder.resolve("sweep.json");
        assertThat(
                        run(
                                "new",
                                "cifar10",
                                "--sweep",
                                "--profile",
                                "smoke",
                                "--output",
                                file.toString()))
                .isZero();
        assertThat(run("sweep", file.toString(), "--runs", folder.toString(), "--dry-run"))
                .isZero();
        assertThat(out.toString()).contains("now 6 runs", "6 runs, 6 to do");
    }

    @Test
    void aNewSearchIsOneThatRunsAndHalves() throws IOException {
        Path file = folder.resolve("search.json");
        String[] created = {"new", "cifar10", "--search", "--output", file.toString()};
        assertThat(run(created)).isZero();
        String[] listed = {"sweep", file.toString(), "--runs", folder.toString(), "--dry-run"};
        assertThat(run(listed)).isZero();
        assertThat(out.toString()).contains("\"kind\": \"halving\"", "16 runs, 16 to do");
        String search = Files.readString(file);
        Files.writeString(
                file,
                search.replace("\"random\"", "\"halving\", \"epochs\": [5, 15, 45], \"eta\": 3"));
        assertThat(run(listed)).isZero();
        assertThat(out.toString())
                .contains(
                        "rung 1 of 3: 16 runs of 5 epochs",
                        "rung 2 of 3: 5 runs of 15 epochs, known when the rung before has ended");
        assertThat(run("sweep", file.toString(), "--index", "1/2")).isEqualTo(2);
        assertThat(err.toString()).contains("--index cannot divide successive halving");
        assertThat(run("new", "cifar10", "--search", "--sweep")).isEqualTo(2);
    }

    @Test
    void aNewFileOfNothingNamesWhatThereIs() {
        Path file = folder.resolve("new.json");
        assertThat(run("new", "cifar", "--output", file.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("there is no task 'cifar'; choose one of [cifar10,");
        assertThat(run("new", "e2e", "--profile", "small", "--output", file.toString()))
                .isEqualTo(2);
        assertThat(file).doesNotExist();
    }

    @Test
    void theShellCanCompleteCommandsAndOptions() {
        assertThat(run("generate-completion")).isZero();
        assertThat(out.toString()).contains("_complete_bdia", "--parallel", "compare");
    }

    private int run(String... args) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(args);
    }
}
