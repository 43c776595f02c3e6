package org.bdia.kernel;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import jdk.jshell.Diag;
import jdk.jshell.ErroneousSnippet;
import jdk.jshell.JShell;
import jdk.jshell.PersistentSnippet;
import jdk.jshell.Snippet;

/**
 * The compile errors of a cell: of the snippet that JShell rejects, and of those after it, which it would never see.
 *
 * <p>The later snippets are compiled together, as one block that does not run, so that each knows the variables of those before it. In a
 * block, some correct snippets are errors, for example a variable that a lambda changes: only errors that cannot come from there are told,
 * none of methods, and none after an import or a magic.
 *
 * @param execution what would run the block
 */
record CompileErrors(JShell shell, CellExecution execution) {

    /** The beginnings of the compiler's codes of errors that are as wrong outside of the block. */
    private static final List<String> CERTAIN =
            List.of(
                    "cant.resolve",
                    "prob.found.req",
                    "cant.apply.",
                    "cant.deref",
                    "operator.cant.be.applied",
                    "incomparable.types",
                    "doesnt.exist",
                    "not.def.public",
                    "report.access",
                    "array.req.but.found",
                    "abstract.cant.be.instantiated",
                    "ref.ambiguous");

    private static final String CODE = "compiler.err.";
    private static final String UNKNOWN_NAME = CODE + "cant.resolve";
    private static final String NO_STATEMENT = CODE + "not.stmt";

    /** A name of a snippet may be that of a lambda's parameter; in a block the parameter is refused, and what uses it misread. */
    private static final String DECLARED_TWICE = CODE + "already.defined";

    private static final Pattern SYMBOL = Pattern.compile("symbol: +\\w+ (\\w+)");

    /** The compiler's message on a type that two imports on demand name. */
    private static final Pattern AMBIGUOUS =
            Pattern.compile(
                    "both (?:class|interface) (\\S+) in \\S+ and (?:class|interface) (\\S+) in");

    /** An error in a snippet, at the offset in it. */
    private record Found(Diag error, CellPart part, long offset) {}

    /**
     * Returns the lines that a notebook shows, for each error its line in the cell, the message, the source and a caret under it.
     *
     * @param rejected the snippet of the part
     */
    List<String> lines(Snippet rejected, CellPart part) {
        var found = new ArrayList<>(errors(rejected, part));
        found.addAll(later(part));
        var lines = new ArrayList<String>();
        found.forEach(one -> lines.addAll(lines(one)));
        if (lines.isEmpty()) {
            lines.add("line " + part.line(0) + ": does not compile: " + part.source().strip());
        }
        lines.set(0, "compile error: " + lines.get(0));
        return lines;
    }

    private List<Found> errors(Snippet snippet, CellPart part) {
        return shell.diagnostics(snippet)
                .filter(Diag::isError)
                .map(error -> new Found(error, part, error.getPosition()))
                .toList();
    }

    private List<Found> later(CellPart rejected) {
        var block = new ArrayList<CellPart>();
        var declared = new HashSet<String>();
        var found = new ArrayList<Found>();
        var next = Optional.of(rejected);
        while (next.isPresent()) {
            var part = next.get();
            if (!part.isWellFormed()) {
                found.addAll(
                        part.equals(rejected) ? List.of() : errors(compile(part.source()), part));
                break;
            }
            var snippets = shell.sourceCodeAnalysis().sourceToSnippets(part.source());
            if (kind(snippets) == Snippet.Kind.IMPORT) {
                break;
            }
            if (kind(snippets) != Snippet.Kind.METHOD) {
                block.add(part);
            }
            for (var snippet : snippets) {
                if (snippet instanceof PersistentSnippet named) {
                    declared.add(named.name());
                }
            }
            var rest = part.rest();
            next =
                    CellEvaluator.afterMagics(rest).equals(rest)
                            ? CellPart.first(part.cellCode(), rest, shell.sourceCodeAnalysis())
                            : Optional.empty();
        }
        var certain = new ArrayList<>(certain(inBlock(block), declared));
        certain.removeIf(one -> one.part().equals(rejected));
        certain.addAll(found);
        return certain;
    }

    private static Snippet.Kind kind(List<Snippet> snippets) {
        var first = snippets.isEmpty() ? null : snippets.get(0);
        if (first instanceof ErroneousSnippet erroneous) {
            return erroneous.probableKind();
        }
        return first == null ? Snippet.Kind.ERRONEOUS : first.kind();
    }

    private static List<Found> certain(List<Found> all, Set<String> declared) {
        if (all.stream().anyMatch(one -> one.error().getCode().startsWith(DECLARED_TWICE))) {
            return List.of();
        }
        return all.stream()
                .filter(one -> isCertain(one.error()))
                .filter(one -> !isDeclared(one.error(), declared))
                .toList();
    }

    private static boolean isCertain(Diag error) {
        return CERTAIN.stream().anyMatch(code -> error.getCode().startsWith(CODE + code));
    }

    /** Returns whether the name that is not found is declared by the cell, as a method or after its use. */
    private static boolean isDeclared(Diag error, Set<String> declared) {
        var symbol = SYMBOL.matcher(error.getMessage(Locale.ENGLISH));
        return error.getCode().startsWith(UNKNOWN_NAME)
                && symbol.find()
                && declared.contains(symbol.group(1));
    }

    /** Returns the errors in the block, in which an expression that is no statement is a variable's value. */
    private List<Found> inBlock(List<CellPart> parts) {
        var all = inBlock(parts, Set.of());
        var values = new HashSet<CellPart>();
        for (var one : all) {
            if (one.error().getCode().equals(NO_STATEMENT)) {
                values.add(one.part());
            }
        }
        return values.isEmpty() ? all : inBlock(parts, values);
    }

    private List<Found> inBlock(List<CellPart> parts, Set<CellPart> values) {
        var source = new StringBuilder("{\n");
        var starts = new TreeMap<Long, CellPart>();
        for (var part : parts) {
            source.append(values.contains(part) ? "Object value$" + starts.size() + " = " : "");
            starts.put((long) source.length(), part);
            source.append(part.source()).append("\n;\n");
        }
        var found = new ArrayList<Found>();
        for (var one : errors(compile(source.append('}').toString()), null)) {
            var start = starts.floorEntry(one.offset());
            if (start != null) {
                found.add(new Found(one.error(), start.getValue(), one.offset() - start.getKey()));
            }
        }
        return found;
    }

    /** Returns the snippet of a source, which is compiled and forgotten. */
    private Snippet compile(String source) {
        var events = execution.withoutRunning(() -> shell.eval(source));
        var snippet = events.get(0).snippet();
        if (shell.status(snippet) != Snippet.Status.REJECTED) {
            shell.drop(snippet);
        }
        return snippet;
    }

    private static List<String> lines(Found found) {
        var message = found.error().getMessage(Locale.ENGLISH);
        var lines = new ArrayList<String>();
        message.lines()
                .filter(text -> !text.strip().startsWith("location:"))
                .forEach(
                        text ->
                                lines.add(
                                        lines.isEmpty()
                                                ? "line "
                                                        + found.part().line(found.offset())
                                                        + ": "
                                                        + text
                                                : text));
        var both = AMBIGUOUS.matcher(message);
        if (both.find()) {
            lines.set(
                    0,
                    lines.get(0)
                            + ": "
                            + both.group(1)
                            + " or "
                            + both.group(2)
                            + "; import the one that you mean by this name");
        }
        lines.addAll(found.part().marked(found.offset()));
        return lines;
    }
}
