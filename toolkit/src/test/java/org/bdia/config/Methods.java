package org.bdia.config;

import java.util.List;

/** One method of each kind, for tests of what holds for every method; {@link MethodTest} checks that none is missing. */
public final class Methods {

    private static final List<Method> ALL =
            List.of(
                    Method.standard(),
                    Method.quantised(),
                    Method.bdia(0.5),
                    Method.bdiaFloat(0.5),
                    Method.revNet(),
                    Method.midpoint());

    private Methods() {}

    /** Returns a method of each kind, with its default parameters. */
    public static List<Method> all() {
        return ALL;
    }
}
