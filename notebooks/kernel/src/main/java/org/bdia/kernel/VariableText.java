package org.bdia.kernel;

import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.VarSnippet;

/**
 * The values of a session's variables as text for a tooltip.
 *
 * @param execution knows the values, and runs their toString as part of a cell
 */
record VariableText(JShell shell, CellExecution execution) {
    /** The most characters of a value, the last of a longer one an ellipsis. */
    private static final int LONGEST = 200;

    /**
     * Returns a variable's value, or why it cannot be shown.
     *
     * @param text makes the text of a value, and may throw
     * @return empty without a variable of that name and type, given by its simple names
     */
    Optional<String> of(String name, String type, Function<Object, String> text) {
        return shell.variables()
                .filter(one -> one.name().equals(name) && shell.status(one) == Snippet.Status.VALID)
                .filter(one -> Inspection.simple(one.typeName()).equals(type))
                .findFirst()
                .map(one -> cut(value(one, text)));
    }

    private String value(VarSnippet variable, Function<Object, String> text) {
        shell.varValue(variable);
        var field = execution.variable();
        execution.beginCell();
        try {
            return String.valueOf(execution.call(() -> text.apply(field.get(null))));
        } catch (ExecutionException e) {
            return "cannot be shown: " + CellTrace.describe(e.getCause());
        } catch (InterruptedException e) {
            return "cannot be shown: " + e.getMessage();
        }
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }
}
