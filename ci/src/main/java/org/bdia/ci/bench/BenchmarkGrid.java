package org.bdia.ci.bench;

import java.util.ArrayList;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.measure.Point;

/** The points of the benchmark, in groups that are measured side by side. */
public final class BenchmarkGrid {

    private static final List<Integer> DEPTHS = List.of(6, 12, 24, 48);
    private static final List<Integer> QUICK_DEPTHS = List.of(12, 24);

    private static final ActivationConfig INVERTED =
            ActivationConfig.inverted(ActivationConfig.Function.GELU);

    private BenchmarkGrid() {}

    /**
     * Returns the groups, one per task and depth.
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
        Method standard = Method.standard();
        Method bdia = Method.bdia(0.5);
        List<Point> points = new ArrayList<>();
        for (Precision precision :
                quick ? List.of(Precision.FLOAT32) : List.of(Precision.values())) {
            Point store = base.withPrecision(precision);
            Point reversible = store.with(bdia, Backprop.REVERSIBLE);
            List<Point> fast = new ArrayList<>(List.of(store));
            if (!quick) {
                fast.add(store.with(standard, Backprop.CHECKPOINT));
                fast.add(store.with(bdia, Backprop.STORE));
            }
            fast.add(reversible);
            points.addAll(fast);
            points.add(reversible.lean());
            if (!quick) {
                points.add(store.withActivation(INVERTED));
                points.add(reversible.withActivation(INVERTED));
            }
            if (peer) {
                fast.forEach(point -> points.add(point.onEngine("python")));
            }
        }
        return points;
    }
}
