package org.bdia.cli;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.E2e;
import org.bdia.data.SentencePairs;
import org.bdia.data.TextCorpus;
import org.bdia.run.RunStore;
import org.bdia.torch.Products;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Checks what the toolkit needs on this machine, and says how to fix what is missing. */
@Command(
        name = "doctor",
        description =
                "Checks JDK, engine, device, limits, Jupyter, kernel, data and runs, and says how to fix what is"
                        + " missing.")
final class Doctor implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        List<Finding> findings = new ArrayList<>();
        findings.add(jdk(Runtime.version().feature()));
        findings.addAll(engine());
        findings.add(LimitsFinding.ofThisProcess());
        findings.add(CacheFinding.ofThisMachine());
        findings.add(jupyter());
        ServiceLoader.load(CommandModule.class)
                .forEach(module -> findings.addAll(module.findings()));
        findings.add(data(DataFolder.fromEnvironment().path()));
        findings.add(RunsFinding.of(RunStore.fromEnvironment()));
        for (Finding finding : findings) {
            spec.commandLine().getOut().println(finding.line());
        }
        spec.commandLine().getOut().flush();
        return findings.stream().allMatch(Finding::ok) ? 0 : 1;
    }

    static Finding jdk(int feature) {
        return new Finding(
                "JDK",
                feature >= 17,
                Runtime.version() + " at " + System.getProperty("java.home"),
                "install a JDK 17 or newer and set JAVA_HOME to it");
    }

    private static List<Finding> engine() {
        try {
            Engine engine = Engine.getEngine("PyTorch");
            try (NDManager manager = engine.newBaseManager(Device.cpu());
                    NDArray two = manager.create(1f).add(1f)) {
                if (two.getFloat() != 2f) {
                    return List.of(new Finding("engine", false, "1 + 1 is " + two, "reinstall"));
                }
            }
            int gpus = engine.getGpuCount();
            String device =
                    gpus > 0
                            ? gpus + " GPU(s), the first is used: " + Device.gpu()
                            : "cpu, "
                                    + Runtime.getRuntime().availableProcessors()
                                    + " cores (no GPU found)";
            return List.of(
                    new Finding(
                            "engine",
                            true,
                            "PyTorch "
                                    + engine.getVersion()
                                    + ", natives loaded"
                                    + Products.words(),
                            ""),
                    new Finding("device", true, device, ""));
        } catch (RuntimeException | LinkageError e) {
            return List.of(noEngine(e));
        }
    }

    static Finding noEngine(Throwable cause) {
        return new Finding(
                "engine",
                false,
                "the natives did not load: " + cause,
                "on a CPU machine build with the default profile, which brings pytorch-native-cpu"
                        + " 2.7.1; on a GPU machine build with -Dgpu and set"
                        + " PYTORCH_LIBRARY_PATH, PYTORCH_VERSION=2.7.1 and PYTORCH_FLAVOR"
                        + " (for example cu128), see toolkit/docs/gpu.md");
    }

    private static Finding jupyter() {
        String fix =
                "run ci/regenerate once, which installs it, or: apt-get install jupyter-nbconvert"
                        + " python3-nbclient jupyter-client, or: pip install nbclient nbconvert";
        for (String python : List.of("/usr/bin/python3", "target/venv/bin/python", "python3")) {
            Optional<String> version =
                    output(PATIENCE, python, "-c", "import nbclient; print(nbclient.__version__)");
            if (version.isPresent()) {
                String found = "nbclient " + version.get() + " in " + python;
                return new Finding("Jupyter", true, found, "");
            }
        }
        return new Finding("Jupyter", false, "no Python with nbclient", fix);
    }

    static Finding data(Path folder) {
        String fix =
                "run: ci/bdia data fetch, or set BDIA_DATA to the folder of the data sets, laid out as"
                        + " datasets/README.md says; without them the smoke profile uses generated data,"
                        + " labelled synthetic";
        if (!Files.isDirectory(folder)) {
            return new Finding("data", false, "no folder " + folder, fix);
        }
        DataFolder data = DataFolder.at(folder);
        Map<String, Boolean> sets = new LinkedHashMap<>();
        sets.put("CIFAR-10", Cifar.isIn(data, Cifar.Kind.CIFAR_10));
        sets.put("CIFAR-100", Cifar.isIn(data, Cifar.Kind.CIFAR_100));
        sets.put("English–French", SentencePairs.isIn(data));
        sets.put(
                "OpenWebText",
                TextCorpus.isIn(data, TextCorpus.Source.OPENWEBTEXT, TextCorpus.Unit.GPT2_BPE));
        sets.put(
                "Shakespeare",
                TextCorpus.isIn(data, TextCorpus.Source.SHAKESPEARE, TextCorpus.Unit.CHARACTERS));
        sets.put("E2E NLG", E2e.isIn(data));
        List<String> found = sets.keySet().stream().filter(sets::get).toList();
        List<String> missing = sets.keySet().stream().filter(set -> !sets.get(set)).toList();
        return new Finding(
                "data",
                missing.isEmpty(),
                folder + " has " + found + (missing.isEmpty() ? "" : ", not " + missing),
                fix);
    }

    /** Returns the output of a command that succeeds in time; ends one that does not. */
    static Optional<String> output(Duration limit, String... command) {
        try {
            // A file, because reading a pipe would wait without limit.
            Path printed = Files.createTempFile("doctor", ".txt");
            try {
                Process process =
                        new ProcessBuilder(command)
                                .redirectErrorStream(true)
                                .redirectOutput(printed.toFile())
                                .start();
                try {
                    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)
                                    && process.exitValue() == 0
                            ? Optional.of(Files.readString(printed).strip())
                            : Optional.empty();
                } finally {
                    process.destroyForcibly();
                }
            } finally {
                Files.deleteIfExists(printed);
            }
        } catch (IOException e) {
            return Optional.empty(); // the command does not exist: the next one is tried
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
