package org.bdia.ci.fault;

import java.util.List;
import java.util.Locale;

/**
 * What has grown over many repetitions of some work, and what of it may.
 *
 * @param work what was repeated, in words
 * @param units how often between the two looks
 * @param first the look behind the warm-up
 * @param last the look at the end
 * @param codeBoundKib what the JVM may gain in classes and compiled code, KiB
 */
record Growth(String work, int units, Vitals first, Vitals last, long codeBoundKib) {

    /** Of the resident set without classes and code: what a garbage-collected process varies by with nothing leaking. */
    private static final long TOLERANCE_KIB = 16 << 10;

    /**
     * Judges it. What the JVM gains in classes and code is told apart from the resident set, and bounded by itself.
     *
     * @throws IllegalArgumentException if nothing was repeated between the looks
     */
    Finding finding() {
        if (units < 1) {
            throw new IllegalArgumentException(
                    work + ": needs at least one between two looks, has " + units);
        }
        long code = last.codeKib() - first.codeKib();
        long resident = last.residentKib() - first.residentKib() - Math.max(0, code);
        boolean counted = first.arrays() > 0;
        boolean flat =
                last.arrays() <= first.arrays()
                        && last.threads() <= first.threads()
                        && last.files().size() <= first.files().size();
        return Finding.of(
                work,
                String.format(
                        Locale.ROOT,
                        "no more arrays, threads and files than behind the warm-up; classes and code at most"
                                + " %,d KiB more, the resident set beside them at most %,d KiB",
                        codeBoundKib,
                        TOLERANCE_KIB),
                String.format(
                        Locale.ROOT,
                        "first %s; last %s; grown by %,d KiB of classes and code (%.1f each) and %,d KiB"
                                + " beside them%s%s",
                        first,
                        last,
                        code,
                        (double) code / units,
                        resident,
                        counted ? "" : "; NO ARRAYS WERE COUNTED",
                        files()),
                counted && flat && code <= codeBoundKib && resident <= TOLERANCE_KIB);
    }

    private String files() {
        List<String> gained = last.filesGainedSince(first);
        return gained.isEmpty() ? "" : "; newly open: " + String.join(", ", gained);
    }
}
