package org.bdia.kernel;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/** One snippet of a cell, and the number of characters before it. */
record CellPart(String cellCode, int start, CompletionInfo info) {
    private static final Pattern TRAILING_COMMENTS =
            Pattern.compile("(?:\\s++|//[^\\n\"]*+|/\\*[^*\"]*+\\*/)+\\z");

    /** Returns the first snippet of what is left of a cell; empty where there is none. */
    static Optional<CellPart> first(String cellCode, String rest, SourceCodeAnalysis analysis) {
        var info = analysis.analyzeCompletion(rest);
        return info.completeness() == Completeness.EMPTY
                ? Optional.empty()
                : Optional.of(new CellPart(cellCode, cellCode.length() - rest.length(), info));
    }

    /** Returns what follows, without the blank lines in front of it, which JShell miscounts in stack traces. */
    String rest() {
        return info.remaining().stripLeading();
    }

    /** Returns the snippet, of incomplete source all that is left of the cell. */
    String source() {
        return isComplete() ? info.source() : cellCode.substring(start);
    }

    boolean isComplete() {
        return info.completeness().isComplete();
    }

    /** Returns whether the compiler can tell where the snippet ends. */
    boolean isWellFormed() {
        return isComplete() && info.completeness() != Completeness.UNKNOWN;
    }

    /** Returns whether the value is shown; by Jupyter's convention a semicolon at the end hides it. */
    boolean showsValue() {
        return info.completeness() == Completeness.COMPLETE_WITH_SEMI
                || !TRAILING_COMMENTS.matcher(info.source()).replaceFirst("").endsWith(";");
    }

    /** Returns the line of the cell, from 1, that holds the character at the offset of the snippet. */
    int line(long offset) {
        return 1 + (int) cellCode.substring(0, at(offset)).chars().filter(c -> c == '\n').count();
    }

    /** Returns that line, indented, and a line with a caret under the character. */
    List<String> marked(long offset) {
        var at = at(offset);
        var begin = cellCode.lastIndexOf('\n', at - 1) + 1;
        var line = cellCode.substring(begin).lines().findFirst().orElse("");
        var column = Math.max(0, at - begin - (line.length() - line.stripLeading().length()));
        var text = line.strip();
        var before = text.substring(0, Math.min(column, text.length()));
        return List.of("    " + text, "    " + before.replaceAll("[^\\t]", " ") + "^");
    }

    private int at(long offset) {
        return (int) Math.min(cellCode.length(), start + Math.max(0, offset));
    }
}
