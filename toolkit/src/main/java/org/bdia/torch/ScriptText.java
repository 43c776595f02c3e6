package org.bdia.torch;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.regex.Matcher;

/**
 * The statements of a {@link TorchScript} function, whose words in capitals are replaced one by one.
 *
 * <p>An {@code if} of the constants {@code True} and {@code False} is decided by the compiler: what it rules out leaves no
 * trace in the function, and may name variables that do not exist.
 */
public final class ScriptText {

    private final String text;

    /** The statements as they stand, a line each. */
    public ScriptText(String text) {
        this.text = text;
    }

    /**
     * Reads a resource.
     *
     * @param owner the class that it lies beside
     */
    public static ScriptText read(Class<?> owner, String name) {
        try (InputStream in = owner.getResourceAsStream(name)) {
            byte[] bytes = Objects.requireNonNull(in, name).readAllBytes();
            return new ScriptText(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a word by a number, a truth value or an expression. */
    public ScriptText with(String word, Object value) {
        String constant =
                value instanceof Boolean ? ((boolean) value ? "True" : "False") : value.toString();
        return replace(word + "\\b", Matcher.quoteReplacement(constant));
    }

    /** Replaces the names of an enum's constants: the chosen one's by True, the others' by False. */
    public <E extends Enum<E>> ScriptText with(E chosen) {
        ScriptText replaced = this;
        for (E each : chosen.getDeclaringClass().getEnumConstants()) {
            replaced = replaced.with(each.name(), each == chosen);
        }
        return replaced;
    }

    /**
     * Replaces calls of a word with one or two variables.
     *
     * @param expression with {@code $1} and {@code $2} for the variables
     */
    public ScriptText withCall(String word, String expression) {
        return replace(word + "\\((\\w+)(?:, (\\w+))?\\)", expression);
    }

    /** Replaces a line that is a word by the lines of another text, indented like it. */
    public ScriptText withLines(String word, ScriptText lines) {
        String indented =
                Matcher.quoteReplacement(lines.text.strip()).replaceAll("(?m)^(?=.)", "\\$1");
        return new ScriptText(text.replaceAll("(?m)^( *)" + word + "$", indented));
    }

    private ScriptText replace(String pattern, String replacement) {
        return new ScriptText(text.replaceAll("\\b" + pattern, replacement));
    }

    /** Returns the statements, a line each. */
    @Override
    public String toString() {
        return text;
    }
}
