package org.bdia.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Documentation;

/**
 * What a notebook shows about the name under the cursor: signatures and their Javadoc, of a variable its value, too.
 *
 * @param analysis of the session's names
 * @param values the value of a variable, by its name and the simple names of its type
 */
record Inspection(
        SourceCodeAnalysis analysis, BiFunction<String, String, Optional<String>> values) {
    private static final Pattern LINK = Pattern.compile("\\{@link(?:plain)? ([^}]*)}");
    private static final Pattern CODE = Pattern.compile("\\{@(?:code|literal|value) ?([^}]*)}");
    private static final Pattern TAG = Pattern.compile("</?[a-zA-Z][^>]*>");

    /** The end of a line within a paragraph, which front ends break anew. */
    private static final Pattern WRAPPED = Pattern.compile("(?<!\\n)\\n[ \\t]*+(?=[^\\s@])");

    /** A variable, as JShell describes it: its name, a colon, its type. */
    private static final Pattern VARIABLE = Pattern.compile("(\\w+):(.+)");

    private static final Pattern PACKAGE = Pattern.compile("\\b(?:[a-z]\\w*\\.)++(?=[A-Z])");

    /**
     * Returns the documentation of the name at the cursor, else of the call whose arguments it is in; empty where neither
     * is known.
     *
     * @param code the cell up to its end
     * @param cursor the offset in the code, 0 … its length
     */
    String at(String code, int cursor) {
        for (var start : starts(code, cursor)) {
            var found = analysis.documentation(start, start.length(), true);
            if (!found.isEmpty()) {
                return found.stream()
                        .map(this::text)
                        .distinct()
                        .collect(Collectors.joining("\n\n"));
            }
        }
        return "";
    }

    /** Returns the code up to where JShell, which reads from its end, finds the name: as called, as it stands, as a method. */
    private static List<String> starts(String code, int cursor) {
        int end = cursor;
        while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
            end++;
        }
        var starts = new ArrayList<String>();
        if (end > 0 && Character.isJavaIdentifierPart(code.charAt(end - 1))) {
            var name = code.substring(0, end);
            if (code.substring(end).stripLeading().startsWith("(")) {
                starts.add(name + "(");
            }
            starts.add(name);
            starts.add(name + "(");
        }
        starts.add(code.substring(0, cursor));
        return starts;
    }

    private String text(Documentation found) {
        var javadoc = found.javadoc();
        if (javadoc == null) {
            var sources = new SourceJavadoc(System.getProperty("java.class.path"));
            javadoc = sources.of(found.signature()).orElse("");
        }
        return (signature(found.signature()) + "\n" + plain(javadoc)).strip();
    }

    /** Returns a variable's with the simple names of its types, which fit a tooltip, and its value; others as they are. */
    private String signature(String full) {
        var variable = VARIABLE.matcher(full);
        if (!variable.matches()) {
            return full;
        }
        var type = simple(variable.group(2));
        var value = values.apply(variable.group(1), type).map(text -> "\n= " + text).orElse("");
        return variable.group(1) + ": " + type + value;
    }

    /** Returns a type without packages. */
    static String simple(String type) {
        return PACKAGE.matcher(type).replaceAll("").replaceAll(", *", ", ");
    }

    /** Returns Javadoc without its tags, which front ends would show as they are. */
    static String plain(String javadoc) {
        var text = CODE.matcher(javadoc).replaceAll("$1");
        text = LINK.matcher(text).replaceAll("$1");
        text = TAG.matcher(text).replaceAll("");
        text = WRAPPED.matcher(text).replaceAll(" ");
        return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip();
    }
}
