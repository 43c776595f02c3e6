package org.bdia.kernel;

import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.Map;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.VarSnippet;

/** The variables of a session before a snippet, for the values that JShell would forget. */
final class CellVariables {
    private final JShell shell;
    private final CellExecution execution;

    /** The static fields that hold the values, by the variables' names. */
    private final Map<String, Field> fields = new HashMap<>();

    CellVariables(JShell shell, CellExecution execution) {
        this.shell = shell;
        this.execution = execution;
        shell.variables()
                .filter(variable -> shell.status(variable) == Snippet.Status.VALID)
                .forEach(variable -> fields.put(variable.name(), field(variable)));
    }

    private Field field(VarSnippet variable) {
        shell.varValue(variable);
        return execution.variable();
    }

    /**
     * Copies the value of a variable that JShell has declared again, and so reset, because of what it refers to; warns
     * where the value is lost.
     */
    void keepValue(SnippetEvent event) {
        if (event.causeSnippet() == null
                || event.status() == Snippet.Status.OVERWRITTEN
                || !(event.snippet() instanceof VarSnippet variable)
                || !fields.containsKey(variable.name())) {
            return;
        }
        if (event.status() != Snippet.Status.VALID) {
            warn("dropped", variable, ", whose declaration does not compile any more");
            return;
        }
        try {
            field(variable).set(null, fields.get(variable.name()).get(null));
        } catch (IllegalAccessException | IllegalArgumentException newType) {
            warn("reset", variable, "");
        }
    }

    private static void warn(String what, VarSnippet variable, String why) {
        System.err.println(
                "warning: the new declaration "
                        + what
                        + " the variable "
                        + variable.name()
                        + why
                        + "; run the cell that sets it again");
    }
}
