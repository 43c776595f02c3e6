package org.bdia.experiment;

import java.util.Locale;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Method;

/**
 * One line of a comparison: a method, and how it is differentiated.
 *
 * @param method what is computed
 * @param backprop how it is differentiated
 */
public record Variant(Method method, Backprop backprop) {

    /**
     * Checks that the two go together.
     *
     * @throws IllegalArgumentException if they do not
     */
    public Variant {
        backprop.requireSupports(method);
    }

    /** A method differentiated as it is meant to be: exact BDIA by REVERSIBLE, all else by STORE. */
    public static Variant of(Method method) {
        return new Variant(
                method, method instanceof Method.Bdia ? Backprop.REVERSIBLE : Backprop.STORE);
    }

    /** The method's short name, and where it is not its usual way, how it is differentiated. */
    public String label() {
        return equals(of(method)) ? method.label() : method.label() + " (" + backpropLabel() + ")";
    }

    /** The name of the way in results files: store, checkpoint or reversible. */
    String backpropLabel() {
        return backprop.name().toLowerCase(Locale.ROOT);
    }

    /** |γ|, 0 where the method has none. */
    double gamma() {
        return method instanceof Method.Bdia bdia
                ? bdia.gamma()
                : method instanceof Method.BdiaFloat bdia ? bdia.gamma() : 0;
    }
}
