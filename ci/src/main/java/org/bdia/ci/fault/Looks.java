package org.bdia.ci.fault;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Looks at the process from time to time: behind the warm-up, some times, and at the end. */
final class Looks {

    private static final int LOOKS = 10;

    /** What comes before is warm-up: code is compiled, allocators fill their pools. */
    private static final double WARM_UP = 0.2;

    private final String unit;
    private final int total;
    private final NDManager manager;
    private final Consumer<String> out;
    private final List<Vitals> seen = new ArrayList<>();
    private int firstAt;

    /** Tells of every look. */
    Looks(String unit, int total, NDManager manager, Consumer<String> out) {
        this.unit = unit;
        this.total = total;
        this.manager = manager;
        this.out = out;
    }

    /** So many units are done. */
    void done(int units) {
        boolean due = units == total || units % (total / LOOKS) == 0;
        if (due && units >= total * WARM_UP) {
            Vitals now = Vitals.of(manager);
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
