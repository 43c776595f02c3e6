package org.bdia.kernel;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Stack traces for a notebook: every cause, only the user's frames, lines counted in the cell. Of an exception whose message says what
 * is wrong, an argument's or one of ours, only the frames in cells.
 */
final class CellTrace {
    /** The most frames shown; more are a recursion. */
    private static final int MAX_FRAMES = 30;

    /** The class that JShell wraps around a snippet, then the user's own class inside it. */
    private static final Pattern WRAPPER =
            Pattern.compile("(REPL\\.\\$JShell\\$\\d+[A-Z]*)\\$?(.*)");

    private static final Pattern WRAPPER_NAME = Pattern.compile("REPL\\.\\$JShell\\$\\d+[A-Z]*\\$");

    private static final Set<String> KERNEL =
            Set.of(CellExecution.class.getName(), JavaKernel.class.getName());

    /** JJava's library, whose frames are between a cell's display call and toString. */
    private static final String PROTOCOL = "org.dflib.jjava.";

    private static final String OURS = "org.bdia.";

    private static final String EXIT = CellExit.class.getName();

    private static final String BODY = "do_it$";

    private CellTrace() {}

    /** Returns the Throwable and its causes, outermost first, each once even where they form a ring. */
    private static List<Throwable> chain(Throwable thrown) {
        var seen = Collections.<Throwable>newSetFromMap(new IdentityHashMap<>());
        var chain = new ArrayList<Throwable>();
        for (var cause = thrown; cause != null && seen.add(cause); cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }

    /** Returns the frames that are shown: all down to the cell, of an explained exception those in cells if there are any. */
    private static List<StackTraceElement> userFrames(Throwable thrown) {
        var frames = framesToCell(thrown);
        if (isExplained(thrown) && frames.stream().anyMatch(CellTrace::isCell)) {
            frames = frames.stream().filter(CellTrace::isCell).toList();
        }
        return frames.subList(0, Math.min(frames.size(), MAX_FRAMES));
    }

    private static boolean isExplained(Throwable thrown) {
        return describe(thrown).contains(": ")
                && (thrown instanceof IllegalArgumentException
                        || thrown instanceof IllegalStateException
                        || thrown.getClass().getName().startsWith(OURS));
    }

    /** Returns the frames from where it was thrown down to the cell that was run: the kernel's own frames are left out. */
    private static List<StackTraceElement> framesToCell(Throwable thrown) {
        var frames = new ArrayList<StackTraceElement>();
        for (var frame : thrown.getStackTrace()) {
            if (KERNEL.contains(frame.getClassName())) {
                break;
            }
            if (frame.getClassName().startsWith(PROTOCOL) || frame.getClassName().equals(EXIT)) {
                continue;
            }
            frames.add(frame);
            if (isCell(frame) && frame.getMethodName().equals(BODY)) {
                break;
            }
        }
        return frames;
    }

    private static boolean isCell(StackTraceElement frame) {
        return WRAPPER.matcher(frame.getClassName()).matches();
    }

    /**
     * Returns the frames of a whole cause chain that lie in cells, in the order in which {@link #lines} prints them.
     *
     * <p>JShell translates their lines from its generated classes to the snippets. It knows wrapper classes only, so a
     * frame in a class that the user declared is told as one of the wrapper's.
     */
    static StackTraceElement[] cellFrames(Throwable thrown) {
        return chain(thrown).stream()
                .flatMap(cause -> userFrames(cause).stream())
                .filter(CellTrace::isCell)
                .map(
                        frame ->
                                new StackTraceElement(
                                        WRAPPER.matcher(frame.getClassName()).replaceFirst("$1"),
                                        BODY,
                                        "cell",
                                        frame.getLineNumber()))
                .toArray(StackTraceElement[]::new);
    }

    /**
     * Returns the lines that a notebook shows for a Throwable.
     *
     * @param thrown the Throwable of the cell
     * @param translated {@link #cellFrames} as JShell translated them
     * @param place where in the notebook a translated frame is, for example {@code cell 3, line 2}
     */
    static List<String> lines(
            Throwable thrown,
            StackTraceElement[] translated,
            Function<StackTraceElement, String> place) {
        var next = Arrays.asList(translated).iterator();
        var lines = new ArrayList<String>();
        for (var cause : chain(thrown)) {
            lines.add((lines.isEmpty() ? "" : "Caused by: ") + describe(cause));
            var frames = userFrames(cause);
            for (var frame : frames) {
                if (isCell(frame)) {
                    lines.add(
                            "    at "
                                    + (next.hasNext() ? place.apply(next.next()) : "cell")
                                    + in(frame));
                } else {
                    lines.add("    at " + frame);
                }
            }
            if (frames.size() == MAX_FRAMES) {
                lines.add("    ... (deeper frames left out)");
            }
        }
        return lines;
    }

    /** Returns the lines for what was thrown outside of a snippet, where JShell translates nothing. */
    static List<String> lines(Throwable thrown) {
        return lines(thrown, new StackTraceElement[0], frame -> "cell");
    }

    /** Returns toString, or the class alone where the user's getMessage throws. */
    static String describe(Throwable thrown) {
        try {
            return WRAPPER_NAME.matcher(thrown.toString()).replaceAll("");
        } catch (Throwable broken) {
            return thrown.getClass().getName() + " (its message cannot be read)";
        }
    }

    private static String in(StackTraceElement frame) {
        var matcher = WRAPPER.matcher(frame.getClassName());
        var type = matcher.matches() ? matcher.group(2).replace('$', '.') : "";
        var method = frame.getMethodName();
        if (method.startsWith("lambda$")) {
            return type.isEmpty() ? "" : " (in " + type + ")";
        }
        if (type.isEmpty()) {
            return method.equals(BODY) ? "" : " (in " + method + ")";
        }
        return " (in " + type + "." + method + ")";
    }
}
