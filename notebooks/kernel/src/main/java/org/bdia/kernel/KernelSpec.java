package org.bdia.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bdia.data.UserHome;
import org.bdia.io.ChildJvm;
import org.bdia.io.DurableFiles;

/**
 * The folder {@code kernels/java}, from which Jupyter starts {@link JavaKernel}.
 *
 * @param java the Java launcher that runs the kernel
 * @param classPath jars and folders, the toolkit's first
 */
public record KernelSpec(Path java, List<Path> classPath) {
    private static final String FILE = "kernel.json";
    private static final String ARGUMENTS = "class-path.args";
    private static final Pattern WORD = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*+)\"|\\S+");

    /** Makes every path absolute, because the kernel starts in the notebook's folder. */
    public KernelSpec {
        java = java.toAbsolutePath();
        classPath = classPath.stream().map(Path::toAbsolutePath).toList();
    }

    /** Returns the kernel with this JVM's own launcher and class path. */
    public static KernelSpec current() {
        var launcher = Path.of(System.getProperty("java.home"), "bin", "java");
        var entries = System.getProperty("java.class.path").split(File.pathSeparator);
        return new KernelSpec(
                launcher,
                Arrays.stream(entries).filter(entry -> !entry.isEmpty()).map(Path::of).toList());
    }

    /** Returns the content of {@code kernel.json} for a spec that lies in the folder. */
    Map<String, Object> json(Path folder) {
        var command = new ArrayList<String>();
        command.add(java.toString());
        command.addAll(ChildJvm.UTF_8);
        command.addAll(
                List.of(
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.awt.headless=true",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "@" + folder.resolve(ARGUMENTS),
                        JavaKernel.class.getName(),
                        "{connection_file}"));
        var json = new LinkedHashMap<String, Object>();
        json.put("argv", command);
        json.put("env", ChildJvm.UTF_8_LOCALE);
        json.put("display_name", "Java");
        json.put("language", "java");
        // A signal would end the JVM.
        json.put("interrupt_mode", "message");
        return json;
    }

    /** Returns the class path as an argument file of the Java launcher, which has no length limit. */
    String arguments() {
        var path =
                classPath.stream()
                        .map(Path::toString)
                        .collect(Collectors.joining(File.pathSeparator));
        return "-cp \"" + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"\n";
    }

    /**
     * Reads the launcher and the class path of this toolkit's kernel, written by {@link #install} or by hand.
     *
     * @param spec a {@code kernel.json}
     * @throws IOException if it, or an argument file that it names, cannot be read, or is no such file
     */
    public static KernelSpec read(Path spec) throws IOException {
        var argv = new ObjectMapper().readTree(spec.toFile()).path("argv");
        var words = new ArrayList<String>();
        for (var word : argv) {
            var text = word.asText();
            words.addAll(text.startsWith("@") ? words(Path.of(text.substring(1))) : List.of(text));
        }
        var option = Stream.of("-cp", "-classpath", "--class-path").filter(words::contains);
        var at = option.findFirst().map(words::indexOf).orElse(words.size()) + 1;
        if (at >= words.size()) {
            throw new IOException("expected a launcher with -cp and a class path, found " + argv);
        }
        var entries = words.get(at).split(File.pathSeparator);
        return new KernelSpec(
                launcher(words.get(0)), Arrays.stream(entries).map(Path::of).toList());
    }

    /** Resolves the launcher; a bare name is looked up in PATH. */
    private static Path launcher(String command) {
        if (Path.of(command).getParent() != null) {
            return Path.of(command);
        }
        var folders = System.getenv().getOrDefault("PATH", "").split(File.pathSeparator);
        return Arrays.stream(folders)
                .map(folder -> Path.of(folder, command))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(Path.of(command));
    }

    /** Returns the words of an argument file of the Java launcher, as {@link #arguments} writes it. */
    private static List<String> words(Path file) throws IOException {
        var words = new ArrayList<String>();
        var word = WORD.matcher(Files.readString(file));
        while (word.find()) {
            words.add(
                    word.group(1) == null
                            ? word.group()
                            : word.group(1).replaceAll("\\\\(.)", "$1"));
        }
        return words;
    }

    /** Returns the missing files of the kernel: the launcher, entries of the class path. */
    public List<Path> missing() {
        var gone =
                classPath.stream()
                        .filter(e -> Files.notExists(e.endsWith("*") ? e.getParent() : e));
        return Stream.concat(
                        Stream.of(java).filter(launcher -> !Files.isExecutable(launcher)), gone)
                .toList();
    }

    /**
     * Writes {@code kernels/java} in a Jupyter data folder. Replaces an existing one, keeping a copy if it has other
     * content.
     *
     * @param jupyter a folder on {@code JUPYTER_PATH}, or {@link #userFolder()}
     * @throws IOException if the folder cannot be written
     */
    public Installed install(Path jupyter) throws IOException {
        var folder = Files.createDirectories(jupyter.toAbsolutePath().resolve("kernels/java"));
        var mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        var file = folder.resolve(FILE);
        JsonNode ours = mapper.valueToTree(json(folder));
        Optional<Path> kept =
                Files.notExists(file) || differsOnlyInLauncher(file, ours)
                        ? Optional.empty()
                        : Optional.of(keep(file));
        DurableFiles.replace(folder.resolve(ARGUMENTS), arguments());
        DurableFiles.replace(file, mapper.writeValueAsString(ours) + "\n");
        return new Installed(folder, kept);
    }

    /**
     * An installed kernel.
     *
     * @param folder the folder of {@code kernel.json}
     * @param kept the copy of a replaced {@code kernel.json} of another kernel, or with a user's settings
     */
    public record Installed(Path folder, Optional<Path> kept) {
        @Override
        public String toString() {
            return "Jupyter kernel \"java\" is in "
                    + folder
                    + kept.map(
                                    copy ->
                                            "; it replaced a kernel.json, kept as "
                                                    + copy.getFileName()
                                                    + ": move that back, or copy its settings")
                            .orElse("");
        }
    }

    /** Returns whether a {@code kernel.json} differs at most in the launcher, as with another JDK. */
    private static boolean differsOnlyInLauncher(Path file, JsonNode ours) {
        try {
            JsonNode found = new ObjectMapper().readTree(file.toFile());
            if (found.path("argv") instanceof ArrayNode argv && !argv.isEmpty()) {
                argv.set(0, ours.path("argv").get(0));
            }
            return found.equals(ours);
        } catch (IOException unreadable) {
            return false;
        }
    }

    /** Copies a file to an unused name beside it. */
    private static Path keep(Path file) throws IOException {
        for (int i = 1; ; i++) {
            try {
                return Files.copy(file, file.resolveSibling(FILE + ".kept-" + i));
            } catch (FileAlreadyExistsException taken) {
                // An earlier copy is not replaced either.
            }
        }
    }

    /**
     * Returns the user's Jupyter data folder: {@code JUPYTER_DATA_DIR}, else the system's usual place.
     *
     * @throws IllegalStateException if that is in the home folder, and there is none
     */
    public static Path userFolder() {
        var chosen = System.getenv("JUPYTER_DATA_DIR");
        if (chosen != null && !chosen.isEmpty()) {
            return Path.of(chosen);
        }
        var system = System.getProperty("os.name");
        if (system.startsWith("Mac")) {
            return UserHome.folder().resolve("Library/Jupyter");
        }
        if (system.startsWith("Windows")) {
            return UserHome.folder().resolve("AppData/Roaming/jupyter");
        }
        var data = System.getenv("XDG_DATA_HOME");
        return (data == null || data.isEmpty()
                        ? UserHome.folder().resolve(".local/share")
                        : Path.of(data))
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
        System.out.println(current().install(jupyter));
    }
}
