package org.bdia.ci.bench;

import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.measure.Point;

/** The points of the benchmark, in groups that are measured side by side. */
final class BenchmarkGrid {

    private static final List<Integer> DEPTHS = List.of(6, 12, 24, 48);
    private static final List<Integer> QUICK_DEPTHS = List.of(12, 24);
    private static final int MEDIUM_DEPTH = 24;

    /** Depth at which whole steps are measured. */
    private static final int WHOLE_DEPTH = 12;

    private static final int VOCABULARY = 50_257;
    private static final int HEAD_TOKENS = 128;

    private BenchmarkGrid() {}

    /**
     * Returns the groups: for each task and depth the bare steps, and at one depth the whole ones. A group's processes are alive
     * together; each of GPT-2 medium's is alone, as few machines have the memory of all.
     *
     * @param quick only ViT, float32, bare steps, standard store and BDIA reversible
     * @param peer whether the peer in Python is measured too
     * @param task the only task, vit, gpt or gpt2-medium; null for vit and gpt
     * @param depths the only depths; null for all
     * @throws IllegalArgumentException if a depth is not among those that are measured, or nothing is left to measure
     */
    public static List<List<Point>> groups(
            boolean quick, boolean peer, String task, List<Integer> depths) {
        boolean mediumAlone = "gpt2-medium".equals(task) && !quick;
        List<Integer> known = mediumAlone ? List.of(MEDIUM_DEPTH) : quick ? QUICK_DEPTHS : DEPTHS;
        if (depths != null && !known.containsAll(depths)) {
            throw new IllegalArgumentException(
                    "--depths are " + depths + ", but only those of " + known + " are measured");
        }
        List<List<Point>> groups = new ArrayList<>();
        if (mediumAlone) {
            Point medium = Point.base("gpt", MEDIUM_DEPTH).withBatch(4).withTokens(512);
            return whole(medium.withSize(1024, 16, 4096).withVocabulary(VOCABULARY), peer).stream()
                    .map(List::of)
                    .toList();
        }
        for (String each : quick ? List.of("vit") : List.of("vit", "gpt")) {
            for (int depth : known) {
                if ((task == null || task.equals(each))
                        && (depths == null || depths.contains(depth))) {
                    Point base = Point.base(each, depth);
                    groups.add(bare(base, quick, peer));
                    if (depth == WHOLE_DEPTH && !quick) {
                        Point wide = base.withBatch(8).withSize(384, 6, 1536);
                        boolean gpt = each.equals("gpt");
                        groups.add(whole(gpt ? wide.withVocabulary(VOCABULARY) : base, peer));
                    }
                }
            }
        }
        if (groups.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to measure: the tasks are vit, gpt and gpt2-medium, the depths "
                            + DEPTHS
                            + "; with --quick vit alone, at "
                            + QUICK_DEPTHS);
        }
        return groups;
    }

    private static List<Point> bare(Point base, boolean quick, boolean peer) {
        List<Point> points = new ArrayList<>();
        for (Precision precision :
                quick ? List.of(Precision.FLOAT32) : List.of(Precision.values())) {
            Point store = base.withPrecision(precision);
            Point reversible = store.with(Method.bdia(0.5), Backprop.REVERSIBLE);
            List<Point> fast = new ArrayList<>(List.of(store, reversible));
            if (!quick) {
                fast.add(1, store.with(Method.standard(), Backprop.CHECKPOINT));
            }
            points.addAll(fast);
            points.add(reversible.lean());
            if (peer) {
                fast.forEach(point -> points.add(point.onEngine("python")));
            }
        }
        if (peer) {
            points.add(base.onEngine("compiled"));
        }
        return points;
    }

    private static List<Point> whole(Point base, boolean peer) {
        Point store = base.whole();
        Point online =
                base.with(Method.bdia(0.5), Backprop.REVERSIBLE)
                        .lean()
                        .perBlock(base.task().equals("gpt") ? HEAD_TOKENS : 0);
        List<Point> points = new ArrayList<>(List.of(store, online));
        if (peer) {
            Point checkpoint = base.with(Method.standard(), Backprop.CHECKPOINT).perBlock(0);
            points.add(store.onEngine("python"));
            points.add(checkpoint.onEngine("python"));
        }
        return points;
    }
}
