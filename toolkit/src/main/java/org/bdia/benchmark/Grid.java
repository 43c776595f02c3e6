package org.bdia.benchmark;

import java.util.ArrayList;
import java.util.List;
import org.bdia.nn.Activation;

/** The points of the benchmark, in groups that are measured side by side. */
public final class Grid {

    private static final List<Integer> DEPTHS = List.of(6, 12, 24, 48);
    private static final List<Integer> QUICK_DEPTHS = List.of(12, 24);

    private static final String INVERTED = Activation.inverted(Activation.Function.GELU).word();

    private Grid() {}

    /**
     * The groups, one per task and depth.
     *
     * @param quick only ViT, float32, standard store and BDIA reversible
     * @param peer whether the peer in Python is measured too
     * @param task the only task; null for both
     * @param depths the only depths; null for all
     */
    public static List<List<Point>> groups(
            boolean quick, boolean peer, String task, List<Integer> depths) {
        List<List<Point>> groups = new ArrayList<>();
        for (String each : quick ? List.of("vit") : List.of("vit", "gpt")) {
            for (int depth : quick ? QUICK_DEPTHS : DEPTHS) {
                if ((task == null || task.equals(each))
                        && (depths == null || depths.contains(depth))) {
                    groups.add(group(Point.base(each, depth), quick, peer));
                }
            }
        }
        if (groups.isEmpty()) {
            throw new IllegalArgumentException(
                    "nothing to measure: the tasks are vit and gpt, the depths " + DEPTHS);
        }
        return groups;
    }

    private static List<Point> group(Point base, boolean quick, boolean peer) {
        List<Point> points = new ArrayList<>();
        for (String precision : quick ? List.of("float32") : List.of("float32", "bfloat16")) {
            Point here = base.withPrecision(precision);
            points.add(here);
            if (!quick) {
                points.add(here.with("standard", "checkpoint", "fast"));
                points.add(here.with("bdia", "store", "fast"));
            }
            points.add(here.with("bdia", "reversible", "fast"));
            points.add(here.with("bdia", "reversible", "lean"));
            if (!quick) {
                Point inverted = here.withActivation(INVERTED);
                points.add(inverted);
                points.add(inverted.with("bdia", "reversible", "fast"));
            }
            if (peer) {
                points.add(here.onEngine("python"));
                if (!quick) {
                    points.add(here.with("standard", "checkpoint", "fast").onEngine("python"));
                    points.add(here.with("bdia", "store", "fast").onEngine("python"));
                }
                points.add(here.with("bdia", "reversible", "fast").onEngine("python"));
            }
        }
        return points;
    }
}
