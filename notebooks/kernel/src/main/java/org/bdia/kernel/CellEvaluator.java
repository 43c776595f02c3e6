package org.bdia.kernel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.UnresolvedReferenceException;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** A JShell session that evaluates whole cells, each to a value or one {@link CellError}. */
public final class CellEvaluator implements AutoCloseable {
    /** The imports of every Java kernel, then those of the README's snippets, which KERNELS.md prints for other kernels. */
    static final List<String> IMPORTS =
            List.of(
                    "import java.io.*;",
                    "import java.math.*;",
                    "import java.net.*;",
                    "import java.nio.file.*;",
                    "import java.util.*;",
                    "import java.util.concurrent.*;",
                    "import java.util.function.*;",
                    "import java.util.stream.*;",
                    "import static org.dflib.jjava.jupyter.kernel.BaseNotebookStatics.display;",
                    "import static org.dflib.jjava.jupyter.kernel.BaseNotebookStatics.updateDisplay;",
                    "import ai.djl.ndarray.*;",
                    "import ai.djl.ndarray.types.*;",
                    "import ai.djl.nn.*;",
                    "import ai.djl.nn.core.*;",
                    "import ai.djl.nn.norm.*;",
                    "import org.bdia.config.*;",
                    "import org.bdia.experiment.*;",
                    "import org.bdia.notebook.*;",
                    "import org.bdia.reversible.*;",
                    "import org.bdia.train.*;");

    private static final Pattern COMMENT = Pattern.compile("//[^\\n]*+|(?s:/\\*.*?\\*/)");

    private static final String COMMENTS = "(?:\\s++|" + COMMENT.pattern() + ")*+";
    private static final Pattern IMPORT = Pattern.compile(COMMENTS + "import\\b");
    private static final Pattern MAGIC = Pattern.compile(COMMENTS + "(%[^\\n]*+)");

    private final CellExecution execution = new CellExecution();
    private final JShell shell;
    private final CellMagics magics;
    private final Map<String, Origin> origins = new HashMap<>();
    private int cell;

    /** The start of a snippet: the cell, counted from 1 as evaluated, and the line in it, from 1. */
    private record Origin(int cell, int line) {
        String at(int snippetLine) {
            return "cell " + cell + ", line " + (line + snippetLine - 1);
        }
    }

    /** Creates a session without cells, in this JVM and on its class path. */
    public CellEvaluator() {
        this(MavenLibraries.installed());
    }

    CellEvaluator(MavenLibraries maven) {
        magics = new CellMagics(maven, this::addToClassPath);
        shell = JShell.builder().executionEngine(new InThisJvm(execution), Map.of()).build();
        IMPORTS.forEach(shell::eval);
    }

    /** Gives JShell the execution in this JVM. */
    private record InThisJvm(ExecutionControl control) implements ExecutionControlProvider {
        @Override
        public String name() {
            return "notebook";
        }

        @Override
        public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
            return control;
        }
    }

    /**
     * Evaluates a cell, snippet by snippet; a line that begins with {@code %} is a magic.
     *
     * @return the value of the last expression, null if the cell ends otherwise or with a semicolon
     * @throws CellError if a snippet does not compile, is incomplete, throws, or is interrupted; later ones do not run
     */
    public Object evaluate(String code) {
        execution.beginCell();
        cell++;
        var declared = new ArrayList<Snippet>();
        Object last = null;
        var rest = code.stripLeading();
        while (!rest.isEmpty()) {
            var magic = MAGIC.matcher(rest);
            if (magic.lookingAt()) {
                run(magic.group(1));
                last = null;
                rest = rest.substring(magic.end()).stripLeading();
                continue;
            }
            var part = CellPart.first(code, rest, shell.sourceCodeAnalysis());
            if (part.isEmpty()) {
                break;
            }
            last = evaluate(part.get(), declared);
            rest = part.get().rest();
        }
        declared.forEach(this::checkResolved);
        return last;
    }

    private void run(String magic) {
        try {
            execution.call(
                    () -> {
                        magics.run(magic);
                        return null;
                    });
        } catch (ExecutionException e) {
            var told = e.getCause().getMessage();
            if (e.getCause() instanceof IOException
                    || e.getCause() instanceof IllegalArgumentException) {
                throw new CellError(told.lines().findFirst().orElse(told), told.lines().toList());
            }
            throw new CellError(String.valueOf(told), CellTrace.lines(e.getCause()));
        } catch (InterruptedException e) {
            throw new CellError(e.getMessage(), List.of(e.toString()));
        }
    }

    /** Adds a jar or folder for the next snippets, and for child JVMs, which get the property's class path. */
    private void addToClassPath(Path entry) {
        shell.addToClasspath(entry.toString());
        var property = "java.class.path";
        System.setProperty(property, System.getProperty(property) + File.pathSeparator + entry);
    }

    private Object evaluate(CellPart part, List<Snippet> declared) {
        // Incomplete source is compiled, too, for the compiler's message.
        var source = part.source();
        if (isDeclared(source, new Origin(cell, part.line(0)))) {
            return null;
        }
        var before = new CellVariables(shell, execution);
        var events = shell.eval(onOneLine(source));
        events.forEach(before::keepValue);
        Object value = null;
        for (var event : events) {
            if (event.causeSnippet() == null) {
                declared.add(event.snippet());
                origins.put(event.snippet().id(), new Origin(cell, part.line(0)));
                check(event, part);
                value = part.showsValue() && hasValue(event) ? execution.value() : null;
            }
        }
        if (!part.isComplete()) {
            throw new CellError(
                    "incomplete source",
                    List.of("incomplete source from line " + part.line(0) + ": " + source.strip()));
        }
        return value;
    }

    /**
     * Returns whether a type is already declared by the same source, as when a cell is run again. Declaring it once more
     * would empty its variables.
     */
    private boolean isDeclared(String source, Origin again) {
        var same =
                shell.types()
                        .filter(type -> type.source().strip().equals(source.strip()))
                        .filter(type -> shell.status(type) == Snippet.Status.VALID)
                        .findFirst();
        same.ifPresent(type -> origins.put(type.id(), again));
        return same.isPresent();
    }

    /**
     * Returns an import without comments and line breaks, of the same length; other source as it is.
     *
     * <p>JShell copies imports in front of every declaration: with another number of lines, all classes would differ in
     * their line numbers, and be declared again.
     */
    private static String onOneLine(String source) {
        return IMPORT.matcher(source).lookingAt()
                ? COMMENT.matcher(source)
                        .replaceAll(comment -> " ".repeat(comment.group().length()))
                        .replaceAll("[\\r\\n]", " ")
                : source;
    }

    private static boolean hasValue(SnippetEvent event) {
        return event.value() != null
                && switch (event.snippet().subKind()) {
                    case VAR_VALUE_SUBKIND, OTHER_EXPRESSION_SUBKIND, TEMP_VAR_EXPRESSION_SUBKIND ->
                            true;
                    default -> false;
                };
    }

    private void check(SnippetEvent event, CellPart part) {
        if (event.status() == Snippet.Status.REJECTED) {
            var lines = new CompileErrors(shell, execution).lines(event.snippet(), part);
            throw new CellError(lines.get(0), lines);
        }
        if (event.exception() instanceof UnresolvedReferenceException unresolved) {
            throw unresolved(unresolved.getSnippet());
        }
        if (event.exception() instanceof EvalException thrown) {
            var lines = CellTrace.lines(execution.thrown(), thrown.getStackTrace(), this::place);
            throw new CellError(lines.get(0), lines);
        }
    }

    /** Fails for a declaration with undefined types, which JShell never executes and does not report. */
    private void checkResolved(Snippet snippet) {
        if (snippet instanceof DeclarationSnippet declaration
                && shell.status(snippet) == Snippet.Status.RECOVERABLE_NOT_DEFINED) {
            throw unresolved(declaration);
        }
    }

    private CellError unresolved(DeclarationSnippet snippet) {
        var names = shell.unresolvedDependencies(snippet).collect(Collectors.joining(", "));
        var message = snippet.name() + " needs undefined names: " + names;
        return new CellError(message, List.of(message));
    }

    private String place(StackTraceElement translated) {
        var file = translated.getFileName();
        var origin = file == null ? null : origins.get(file.replace("#", ""));
        return origin == null ? "cell" : origin.at(translated.getLineNumber());
    }

    /** Runs a task as part of the cell: on its thread, and interruptible. */
    <V> V call(Callable<V> work) throws ExecutionException, InterruptedException {
        return execution.call(work);
    }

    /** Interrupts the running cell, if there is one, from another thread. */
    public void interrupt() {
        execution.interrupt();
    }

    /** Returns the source without the magics, and their comments, that it begins with. */
    static String afterMagics(String source) {
        var magic = MAGIC.matcher(source);
        return magic.lookingAt() ? afterMagics(source.substring(magic.end())) : source;
    }

    /** Returns a variable's value, see {@link VariableText#of}. */
    Optional<String> value(String name, String type, Function<Object, String> text) {
        return new VariableText(shell, execution).of(name, type, text);
    }

    SourceCodeAnalysis analysis() {
        return shell.sourceCodeAnalysis();
    }

    @Override
    public void close() {
        shell.close();
    }
}
