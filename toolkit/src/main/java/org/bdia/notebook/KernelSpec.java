package org.bdia.notebook;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What tells Jupyter how to start {@link JavaKernel}: the folder {@code kernels/java}.
 *
 * @param java the Java launcher that runs the kernel
 * @param classPath jars and folders, the toolkit's first
 */
public record KernelSpec(Path java, List<Path> classPath) {
    private static final String ARGUMENTS = "class-path.args";

    /** Makes every path absolute: the kernel starts in the notebook's folder, not in this one. */
    public KernelSpec {
        java = java.toAbsolutePath();
        classPath = classPath.stream().map(Path::toAbsolutePath).toList();
    }

    /** The kernel with this JVM's own launcher and class path. */
    public static KernelSpec current() {
        var launcher = Path.of(System.getProperty("java.home"), "bin", "java");
        var entries = System.getProperty("java.class.path").split(File.pathSeparator);
        return new KernelSpec(
                launcher,
                Arrays.stream(entries).filter(entry -> !entry.isEmpty()).map(Path::of).toList());
    }

    /** The content of {@code kernel.json} for a spec that lies in the folder. */
    Map<String, Object> json(Path folder) {
        var json = new LinkedHashMap<String, Object>();
        json.put(
                "argv",
                List.of(
                        java.toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.awt.headless=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "@" + folder.resolve(ARGUMENTS),
                        JavaKernel.class.getName(),
                        "{connection_file}"));
        json.put("display_name", "Java");
        json.put("language", "java");
        // A signal would end the JVM.
        json.put("interrupt_mode", "message");
        return json;
    }

    /** The class path as an argument file of the Java launcher, which no length limit of the system binds. */
    String arguments() {
        var path =
                classPath.stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator));
        return "-cp \"" + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n";
    }

    /**
     * Writes {@code kernels/java} under a Jupyter data folder, in place of one that is there.
     *
     * @param jupyter a folder on {@code JUPYTER_PATH}, or {@link #userFolder()}
     * @return the folder that holds {@code kernel.json}
     * @throws IOException if the folder cannot be written
     */
    public Path install(Path jupyter) throws IOException {
        var folder = Files.createDirectories(jupyter.toAbsolutePath().resolve("kernels/java"));
        write(folder.resolve(ARGUMENTS), arguments());
        var mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        write(folder.resolve("kernel.json"), mapper.writeValueAsString(json(folder)) + "\n");
        return folder;
    }

    private static void write(Path file, String text) throws IOException {
        var draft = Files.createTempFile(file.getParent(), file.getFileName().toString(), ".tmp");
        try {
            Files.writeString(draft, text);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
    }

    /** The user's own Jupyter data folder: {@code JUPYTER_DATA_DIR}, else the system's usual place. */
    public static Path userFolder() {
        var chosen = System.getenv("JUPYTER_DATA_DIR");
        if (chosen != null && !chosen.isEmpty()) {
            return Path.of(chosen);
        }
        var home = Path.of(System.getProperty("user.home"));
        var system = System.getProperty("os.name");
        if (system.startsWith("Mac")) {
            return home.resolve("Library/Jupyter");
        }
        if (system.startsWith("Windows")) {
            return home.resolve("AppData/Roaming/jupyter");
        }
        var data = System.getenv("XDG_DATA_HOME");
        return (data == null || data.isEmpty() ? home.resolve(".local/share") : Path.of(data))
                .resolve("jupyter");
    }

    /**
     * Installs the kernel of this class path.
     *
     * @param args the Jupyter data folder; none for the user's own
     * @throws IOException if the folder cannot be written
     */
    public static void main(String[] args) throws IOException {
        var jupyter = args.length == 0 ? userFolder() : Path.of(args[0]);
        System.out.println("Jupyter kernel \"java\" is in " + current().install(jupyter));
    }
}
