package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One bad input and the exact message with which it is refused.
 *
 * @param name what is bad
 * @param prepare makes the input in an empty folder
 * @param use gives the input to the toolkit
 * @param message the whole message, ROOT for the folder, HASH for every SHA-256
 */
public record BadInput(String name, Step prepare, Step use, String message) {

    /** Does something in a folder. */
    public interface Step {
        /** May fail in any way. */
        void in(Path root) throws Exception;
    }

    /** Input that needs no file. */
    public static BadInput of(String name, Step use, String message) {
        return new BadInput(name, root -> {}, use, message);
    }

    /** Input that is one file. */
    public static BadInput file(
            String name, String path, byte[] content, Step use, String message) {
        return new BadInput(name, root -> write(root.resolve(path), content), use, message);
    }

    /** Writes a file, its folders made. */
    public static void write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    /** Uses the input, compares the message, and that no file, lock or process is left, changed or missing. */
    public void requireRefused(Path root) throws Exception {
        prepare.in(root);
        Map<String, String> before = listing(root);
        long children = ProcessHandle.current().children().count();
        Throwable refusal = catchThrowable(() -> use.in(root));
        assertThat(refusal).as(name).isNotNull();
        assertThat(
                        String.valueOf(refusal.getMessage())
                                .replace(root.toString(), "ROOT")
                                .replaceAll("[0-9a-f]{64}", "HASH"))
                .isEqualTo(message);
        assertThat(listing(root)).as("what the folder holds").isEqualTo(before);
        assertThat(ProcessHandle.current().children().count()).isEqualTo(children);
    }

    /** Every path below a folder, with its content's hash. */
    private static Map<String, String> listing(Path root) throws IOException {
        Map<String, String> listing = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.toList()) {
                String content =
                        Files.isRegularFile(path)
                                ? Integer.toHexString(Arrays.hashCode(Files.readAllBytes(path)))
                                : "folder";
                listing.put(root.relativize(path).toString(), content);
            }
        }
        return listing;
    }

    @Override
    public String toString() {
        return name;
    }
}
