package org.bdia.ci.fault;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The growth of resource usage over many repetitions of some work, and its bounds.
 *
 * @param work the repeated work, in words
 * @param units the number of repetitions between the two samples
 * @param first the usage after the warm-up
 * @param last the usage at the end
 * @param codeBoundKib the allowed growth of the JVM's classes and compiled code, KiB
 */
record Growth(String work, int units, ResourceUsage first, ResourceUsage last, long codeBoundKib) {

    /**
     * Bound on the growth of the resident set without classes and code: a garbage-collected process varies by this much
     * without a leak.
     */
    private static final long TOLERANCE_KIB = 16 << 10;

    /**
     * Compares the growth with its bounds. Classes and code are bounded separately from the rest of the resident set.
     *
     * @throws IllegalArgumentException if nothing was repeated between the samples
     */
    FaultResult result() {
        if (units < 1) {
            throw new IllegalArgumentException(
                    work + ": needs at least one between two samples, has " + units);
        }
        long code = last.codeKib() - first.codeKib();
        long resident = last.residentKib() - first.residentKib() - Math.max(0, code);
        boolean counted = first.arrays() > 0;
        boolean flat =
                last.arrays() <= first.arrays()
                        && last.threads() <= first.threads()
                        && last.files().size() <= first.files().size();
        return FaultResult.of(
                work,
                String.format(
                        Locale.ROOT,
                        "no more arrays, threads and files than after the warm-up; classes and code at most"
                                + " %,d KiB more, the rest of the resident set at most %,d KiB",
                        codeBoundKib,
                        TOLERANCE_KIB),
                String.format(
                        Locale.ROOT,
                        "first %s; last %s; grown by %,d KiB of classes and code (%.1f each) and %,d KiB"
                                + " of the rest%s%s",
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

    /** Records the resource usage repeatedly: after the warm-up, some times between, and at the end. */
    static final class Recorder {

        private static final int SAMPLES = 10;

        /** Share of the repetitions that is warm-up: code is compiled, allocators fill their pools. */
        private static final double WARM_UP = 0.2;

        private final String unit;
        private final int total;
        private final NDManager manager;
        private final Consumer<String> out;
        private final List<ResourceUsage> seen = new ArrayList<>();
        private int firstAt;

        Recorder(String unit, int total, NDManager manager, Consumer<String> out) {
            this.unit = unit;
            this.total = total;
            this.manager = manager;
            this.out = out;
        }

        /** Records the usage if it is due after this many repetitions. */
        void done(int units) {
            boolean due = units == total || units % (total / SAMPLES) == 0;
            if (due && units >= total * WARM_UP) {
                ResourceUsage now = ResourceUsage.of(manager);
                if (seen.isEmpty()) {
                    firstAt = units;
                }
                seen.add(now);
                out.accept(unit + " " + units + ": " + now);
            }
        }

        Growth growth(String work, long lateCodeKib, long codePerUnitKib) {
            int units = total - firstAt;
            return new Growth(
                    work,
                    units,
                    seen.get(0),
                    seen.get(seen.size() - 1),
                    lateCodeKib + units * codePerUnitKib);
        }
    }
}
