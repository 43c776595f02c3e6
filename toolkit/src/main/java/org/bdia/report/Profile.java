package org.bdia.report;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The size of an experiment. The name goes into every caption and every results file. */
public enum Profile {
    /** Minutes on two cores: every push, and a first look. */
    SMOKE,

    /** The paper's effects at reduced sizes on a CPU, at least three seeds. */
    LAPTOP,

    /** The paper's own sizes, on one GPU. */
    PAPER;

    /** The environment variable that chooses the profile. */
    public static final String VARIABLE = "BDIA_PROFILE";

    /** Returns the profile's name in files and on the command line: smoke, laptop or paper. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the profile of that name.
     *
     * @throws IllegalArgumentException if there is no such profile
     */
    public static Profile of(String label) {
        return Arrays.stream(values())
                .filter(profile -> profile.label().equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no profile '"
                                                + label
                                                + "'; choose one of "
                                                + Arrays.stream(values())
                                                        .map(Profile::label)
                                                        .collect(Collectors.joining(", "))));
    }

    /**
     * Returns the profile that {@value #VARIABLE} names, smoke where it is unset or empty.
     *
     * @throws IllegalArgumentException if it names no profile
     */
    public static Profile fromEnvironment() {
        return from(System.getenv());
    }

    static Profile from(Map<String, String> environment) {
        String label = environment.getOrDefault(VARIABLE, "").strip();
        if (label.isEmpty()) {
            return SMOKE;
        }
        try {
            return of(label);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the environment variable " + VARIABLE + ": " + e.getMessage(), e);
        }
    }
}
