package org.bdia.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bdia.cli.Finding;

/** Findings about the Java kernels that are installed in Jupyter. */
final class InstalledKernel {
    private static final String NAME = "kernel";
    private static final String FIX =
            "run: ci/bdia kernel install, or see toolkit/KERNELS.md for IJava and JJava";

    private InstalledKernel() {}

    /** Returns a finding per Java kernel and per damaged one, and one if there is no Java kernel. */
    static List<Finding> findings(List<Path> folders, Map<String, String> environment) {
        List<Finding> kernels = new ArrayList<>();
        List<Finding> damaged = new ArrayList<>();
        Map<Path, Path> others = new HashMap<>();
        for (Path spec : folders.stream().flatMap(InstalledKernel::specs).toList()) {
            try {
                finding(spec, environment, others).ifPresent(kernels::add);
            } catch (IOException | InvalidPathException e) {
                damaged.add(
                        new Finding(
                                NAME,
                                false,
                                spec + " cannot be read: " + firstLine(e),
                                "correct it, or remove its folder; " + FIX));
            }
        }
        if (kernels.isEmpty()) {
            kernels.add(new Finding(NAME, false, "no Java kernel in " + folders, FIX));
        }
        kernels.addAll(damaged);
        return kernels;
    }

    /**
     * Returns the finding for a kernel; empty if it is not for Java.
     *
     * @param others the kernels before that are not ours, by their names: of several with one name Jupyter starts the first
     */
    private static Optional<Finding> finding(
            Path spec, Map<String, String> environment, Map<Path, Path> others) throws IOException {
        JsonNode json = new ObjectMapper().readTree(spec.toFile());
        if (!json.isObject()) {
            throw new IOException("expected a JSON object, found " + json.getNodeType());
        }
        String command = json.path("argv").toString();
        Path name = spec.getParent().getFileName();
        if (command.contains(JavaKernel.class.getName())) {
            Path first = others.get(name);
            return Optional.of(first == null ? ours(spec) : hidden(spec, first));
        }
        others.putIfAbsent(name, spec);
        String lower = command.toLowerCase(Locale.ROOT);
        if (!lower.contains("ijava") && !lower.contains("jjava")) {
            return Optional.empty();
        }
        String variable = lower.contains("jjava") ? "JJAVA_CLASSPATH" : "IJAVA_CLASSPATH";
        String path = json.path("env").path(variable).asText("");
        if (path.isEmpty() && environment.getOrDefault(variable, "").isEmpty()) {
            String found = spec + " does not find the toolkit: " + variable + " is not set";
            return Optional.of(
                    new Finding(NAME, false, found, "set it as toolkit/KERNELS.md says"));
        }
        return Optional.of(new Finding(NAME, true, spec + " with " + variable, ""));
    }

    private static Finding hidden(Path spec, Path first) {
        return new Finding(
                NAME,
                false,
                spec + " is hidden: as this kernel Jupyter starts " + first,
                "run: ci/bdia kernel install --into " + first.resolve("../../..").normalize());
    }

    private static Finding ours(Path spec) throws IOException {
        List<Path> missing;
        try {
            missing = KernelSpec.read(spec).missing();
        } catch (NoSuchFileException e) {
            missing = List.of(Path.of(e.getFile()));
        }
        if (missing.isEmpty()) {
            return new Finding(NAME, true, spec + ", the toolkit's own", "");
        }
        String more = missing.size() > 1 ? " and " + (missing.size() - 1) + " more" : "";
        String found = spec + " needs a missing file: " + missing.get(0) + more;
        return new Finding(NAME, false, found, "build again, then run: ci/bdia kernel install");
    }

    private static Stream<Path> specs(Path folder) {
        Path home = folder.resolve("kernels");
        if (!Files.isDirectory(home)) {
            return Stream.empty();
        }
        try (Stream<Path> kernels = Files.list(home)) {
            return kernels
                    .sorted()
                    .map(kernel -> kernel.resolve("kernel.json"))
                    .filter(Files::isRegularFile)
                    .toList()
                    .stream();
        } catch (IOException unreadable) {
            // Jupyter skips a folder that it cannot list, too.
            return Stream.empty();
        }
    }

    /** Returns the first line of a message; Jackson's continue with the position. */
    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    /** Returns the folders in which Jupyter looks for kernels, and that of {@code ci/regenerate}. */
    static List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        String path = System.getenv("JUPYTER_PATH");
        if (path != null) {
            for (String folder : path.split(File.pathSeparator, -1)) {
                folders.add(Path.of(folder));
            }
        }
        folders.add(Path.of("target", "jupyter"));
        for (String environment : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            String prefix = System.getenv(environment);
            if (prefix != null) {
                folders.add(Path.of(prefix, "share", "jupyter"));
            }
        }
        folders.add(KernelSpec.userFolder());
        folders.add(Path.of("/usr/local/share/jupyter"));
        folders.add(Path.of("/usr/share/jupyter"));
        return folders;
    }
}
