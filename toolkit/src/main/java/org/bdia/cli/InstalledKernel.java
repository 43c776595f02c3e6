package org.bdia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.cli.Doctor.Finding;
import org.bdia.notebook.JavaKernel;
import org.bdia.notebook.KernelSpec;

/**
 * A Java kernel that Jupyter knows, and what it needs to find the toolkit.
 *
 * @param spec its {@code kernel.json}
 * @param variable what names the class path of its cells; empty for our own kernel, which brings its own
 * @param classPath what its {@code kernel.json} sets that variable to, else empty
 */
record InstalledKernel(Path spec, String variable, String classPath) {
    private static final String MEND =
            "run: ci/bdia kernel install, or see toolkit/KERNELS.md for IJava and JJava";

    /** One finding for each Java kernel; one that says so where there is none. */
    static List<Finding> findings(List<Path> folders, Map<String, String> environment) {
        List<InstalledKernel> kernels = in(folders);
        if (kernels.isEmpty()) {
            String found = "no Java kernel in " + folders;
            return List.of(new Finding("kernel", false, found, MEND));
        }
        return kernels.stream().map(kernel -> kernel.finding(environment)).toList();
    }

    private Finding finding(Map<String, String> environment) {
        if (variable.isEmpty()) {
            return new Finding("kernel", true, spec + ", the toolkit's own", "");
        }
        String path = classPath.isEmpty() ? environment.getOrDefault(variable, "") : classPath;
        if (path.isEmpty()) {
            String found = spec + " finds no toolkit: " + variable + " is not set";
            return new Finding("kernel", false, found, "set it as toolkit/KERNELS.md says");
        }
        return new Finding("kernel", true, spec + " with " + variable, "");
    }

    private static List<InstalledKernel> in(List<Path> folders) {
        List<InstalledKernel> kernels = new ArrayList<>();
        for (Path folder : folders) {
            Path home = folder.resolve("kernels");
            if (!Files.isDirectory(home)) {
                continue;
            }
            try (DirectoryStream<Path> specs = Files.newDirectoryStream(home)) {
                for (Path spec : specs) {
                    add(spec.resolve("kernel.json"), kernels);
                }
            } catch (IOException unreadable) {
                // Jupyter skips what it cannot read, too.
            }
        }
        return kernels;
    }

    private static void add(Path spec, List<InstalledKernel> kernels) throws IOException {
        if (!Files.isRegularFile(spec)) {
            return;
        }
        JsonNode json = new ObjectMapper().readTree(spec.toFile());
        String command = json.path("argv").toString();
        String lower = command.toLowerCase(Locale.ROOT);
        String variable = lower.contains("jjava") ? "JJAVA_CLASSPATH" : "IJAVA_CLASSPATH";
        if (command.contains(JavaKernel.class.getName())) {
            kernels.add(new InstalledKernel(spec, "", ""));
        } else if (lower.contains("ijava") || lower.contains("jjava")) {
            String path = json.path("env").path(variable).asText("");
            kernels.add(new InstalledKernel(spec, variable, path));
        }
    }

    /** Where Jupyter looks for kernels, and where {@code ci/regenerate} puts ours. */
    static List<Path> folders() {
        List<Path> folders = new ArrayList<>();
        String path = System.getenv("JUPYTER_PATH");
        if (path != null) {
            for (String folder : path.split(File.pathSeparator, -1)) {
                folders.add(Path.of(folder));
            }
        }
        folders.add(Path.of("target", "jupyter"));
        folders.add(KernelSpec.userFolder());
        folders.add(Path.of("/usr/local/share/jupyter"));
        folders.add(Path.of("/usr/share/jupyter"));
        return folders;
    }
}
