package org.bdia.experiment;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.experiment.MemoryResult.Measurement;
import org.bdia.experiment.MemoryResult.Varied;
import org.bdia.measure.Benchmark;
import org.bdia.measure.MemoryModel;
import org.bdia.measure.MemoryPlan;
import org.bdia.measure.Point;
import org.bdia.measure.Row;
import org.bdia.measure.Tools;
import org.bdia.notebook.Notebook;
import org.bdia.notebook.Progress;
import org.bdia.report.Profile;
import org.bdia.torch.Bfloat16;

/**
 * Peak memory and time of one training step against depth, batch size or length: every way to train in a process of its own, all
 * of one size side by side. Immutable; each method returns a changed copy.
 *
 * <p>Inputs are random tensors: neither memory nor time depends on what is learnt.
 */
public final class MemoryExperiment {

    /** The ways to train that are compared. */
    private enum Lines {
        TABLE_1,
        ALL,
        BOTH_PRECISIONS
    }

    private final Point base;
    private final Varied axis;
    private final List<Integer> values;
    private final Long budget;
    private final Lines lines;
    private final int rounds;

    private MemoryExperiment(
            Point base, Varied axis, List<Integer> values, Long budget, Lines lines, int rounds) {
        if (values.isEmpty() || values.stream().anyMatch(v -> v < 1) || rounds < 1) {
            throw new IllegalArgumentException(
                    axis.word
                            + " and rounds must be at least 1, but are "
                            + values
                            + " and "
                            + rounds);
        }
        this.base = base;
        this.axis = axis;
        this.values = List.copyOf(values);
        this.budget = budget;
        this.lines = lines;
        this.rounds = rounds;
    }

    /** The vision transformer at the profile's size: width 64 and batch 32 for smoke, width 128 and batch 64 else. */
    static MemoryExperiment create() {
        Point base = sized("vit");
        int rounds = isSmoke() ? 3 : 7;
        return new MemoryExperiment(
                base, Varied.DEPTH, List.of(base.depth()), null, Lines.ALL, rounds);
    }

    private static Point sized(String task) {
        Point base = Point.base(task, 6);
        return isSmoke() ? halfBatch(base).withSize(64, 4, 256) : base;
    }

    private static Point halfBatch(Point point) {
        return point.withBatch(point.batch() / 2);
    }

    private static boolean isSmoke() {
        return Environment.current().profile() == Profile.SMOKE;
    }

    /** A GPT instead, with causal attention over 256 tokens. */
    public MemoryExperiment gpt() {
        Point gpt = sized("gpt").withDepth(base.depth());
        return new MemoryExperiment(gpt, axis, values, budget, lines, rounds);
    }

    /**
     * The paper's image model instead, K = 6, batch 128 (64 for smoke), 65 tokens, width 512, and only its rows: standard, RevViT
     * and BDIA.
     */
    public MemoryExperiment paperSize() {
        Point paper = isSmoke() ? halfBatch(Point.paper()) : Point.paper();
        return new MemoryExperiment(
                paper, Varied.DEPTH, List.of(paper.depth()), budget, Lines.TABLE_1, rounds);
    }

    /** At these depths K. */
    public MemoryExperiment depths(Integer... depths) {
        return new MemoryExperiment(base, Varied.DEPTH, List.of(depths), budget, lines, rounds);
    }

    /** At one depth with these batch sizes B. */
    public MemoryExperiment batches(Integer... batches) {
        return new MemoryExperiment(base, Varied.BATCH, List.of(batches), budget, lines, rounds);
    }

    /**
     * At one depth with these numbers T of tokens, the batch shrinking as T grows so that B · T stays.
     *
     * @throws IllegalArgumentException unless this is a GPT
     */
    public MemoryExperiment lengths(Integer... lengths) {
        if (!base.task().equals("gpt")) {
            throw new IllegalArgumentException(
                    "an image has as many tokens as it has patches; call gpt() before lengths(…)");
        }
        return new MemoryExperiment(base, Varied.TOKENS, List.of(lengths), budget, lines, rounds);
    }

    /** Returns a copy with another depth K where depth is not what varies. */
    public MemoryExperiment depth(int depth) {
        return new MemoryExperiment(base.withDepth(depth), axis, values, budget, lines, rounds);
    }

    /** Adds a line for the execution that {@link MemoryPlan} chooses within {@code mebibytes} MiB in all. */
    public MemoryExperiment planned(long mebibytes) {
        return new MemoryExperiment(base, axis, values, mebibytes << 20, lines, rounds);
    }

    /** Adds lines in bfloat16, where the machine has it. */
    public MemoryExperiment bfloat16() {
        return new MemoryExperiment(base, axis, values, budget, Lines.BOTH_PRECISIONS, rounds);
    }

    /** Returns a copy with another number of turns for every median. */
    public MemoryExperiment rounds(int value) {
        return new MemoryExperiment(base, axis, values, budget, lines, value);
    }

    /** Measures, one process per line and size. */
    public MemoryResult run() {
        Device device = Environment.device();
        int warmUp = Math.min(Benchmark.WARM_UP, rounds);
        var benchmark = new Benchmark(Tools.fromEnvironment(), warmUp, rounds, line -> {});
        List<Measurement> measurements = new ArrayList<>();
        try (Progress progress =
                Notebook.progress("peaks and times against " + axis.word, "sizes")) {
            for (int i = 0; i < values.size(); i++) {
                Point point = axis.apply(base, values.get(i));
                progress.update(i, values.size(), axis.symbol + " = " + values.get(i));
                for (Row row : benchmark.measure(points(point, device))) {
                    measurements.add(new Measurement(row, axis.of(row.point())));
                }
            }
            progress.update(values.size(), values.size(), "");
        }
        return new MemoryResult(
                Environment.current().profile(), device.toString(), axis, budget, measurements);
    }

    private List<Point> points(Point point, Device device) {
        Method bdia = Method.bdia(0.5);
        List<Point> points = new ArrayList<>();
        for (Precision precision : precisions(device)) {
            Point store = point.withPrecision(precision);
            Point reversible = store.with(bdia, Backprop.REVERSIBLE);
            points.add(store);
            if (lines == Lines.TABLE_1) {
                points.add(store.with(Method.revNet(), Backprop.REVERSIBLE));
            } else {
                points.add(store.with(Method.standard(), Backprop.CHECKPOINT));
                points.add(store.with(bdia, Backprop.STORE));
            }
            points.add(reversible);
            points.add(reversible.lean());
        }
        if (budget != null) {
            MemoryModel memory = MemoryModel.of(point.model(), bdia);
            Point planned =
                    point.with(
                            bdia, MemoryPlan.forBudget(memory, point.batch(), budget).execution());
            if (!points.contains(planned)) {
                points.add(planned);
            }
        }
        return points;
    }

    private List<Precision> precisions(Device device) {
        if (lines == Lines.BOTH_PRECISIONS) {
            try {
                Bfloat16.requireOn(device);
                return List.of(Precision.values());
            } catch (IllegalArgumentException e) {
                Notebook.show("bfloat16 is left out: " + e.getMessage());
            }
        }
        return List.of(Precision.FLOAT32);
    }
}
