package org.bdia.config;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.bdia.data.Utf8;
import org.bdia.io.DurableFiles;

/** Text files of configurations and runs, with errors that say what is wrong with one. */
public final class TextFile {
    private TextFile() {}

    /** Writes UTF-8 text as {@link DurableFiles} does. */
    public static void write(Path file, String text) {
        try {
            DurableFiles.replace(file, text);
        } catch (IOException e) {
            throw new FileException(
                    file + ": cannot be written (" + e + "); check space and permissions", e);
        }
    }

    /** Reads UTF-8 text, whichever system's program saved it. */
    public static String read(Path file) {
        return Utf8.text(exact(file));
    }

    /** Reads UTF-8 text as it stands in the file. */
    public static String exact(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new FileException(
                    file
                            + ": expected a readable file of UTF-8 text, found "
                            + found(file, e)
                            + "; check the path, or, in a run's folder, remove the folder and run it again",
                    e);
        }
    }

    /** The most frequent reasons have no message that says them. */
    private static String found(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (Files.isDirectory(file)) {
            return "a folder";
        }
        return e instanceof CharacterCodingException ? "bytes that are not UTF-8" : e.toString();
    }
}
