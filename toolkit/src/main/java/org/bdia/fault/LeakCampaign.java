package org.bdia.fault;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.bdia.nn.VitConfig;
import org.bdia.notebook.CellEvaluator;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Method;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.TrainConfig;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;

/** Trains, evaluates and runs cells for long, and looks at what a leak would make grow. */
public final class LeakCampaign {

    private static final int STEPS_PER_EVALUATION = 10;

    /** What comes before is warm-up: code is compiled, allocators fill their pools. */
    private static final double WARM_UP = 0.2;

    /** Of the resident set: what a garbage-collected process varies by with nothing leaking. */
    private static final long TOLERANCE_KIB = 16 << 10;

    private final Consumer<String> out;

    /** A campaign that tells of its progress. */
    public LeakCampaign(Consumer<String> out) {
        this.out = out;
    }

    /** So many training steps, with an evaluation after every tenth, and so many cells. */
    public List<Finding> run(int steps, int cells) {
        return List.of(training(steps), cells(cells));
    }

    private Finding training(int steps) {
        int evaluations = steps / STEPS_PER_EVALUATION;
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            VitConfig tiny =
                    VitConfig.smoke().withPatch(16).withWidth(8).withMlp(8).withDropout(0.1);
            var model =
                    new VisionTransformer(
                            tiny,
                            Method.bdia(0.5),
                            Execution.of(Backprop.REVERSIBLE).withVerify(true));
            model.initialize(manager, 1);
            Task task =
                    new ImageTask(
                            SyntheticImages.split(10, 2 * STEPS_PER_EVALUATION, 2, 1, 3),
                            Augmentation.paper());
            List<Vitals> seen = new ArrayList<>();
            new Trainer(model, task, TrainConfig.of(evaluations, 2, 1e-3), 1)
                    .withEvents(event -> look(event, evaluations, manager, seen))
                    .train(manager);
            return finding(
                    String.format("%,d training steps, %,d evaluations", steps, evaluations), seen);
        }
    }

    private void look(TrainEvent event, int evaluations, NDManager manager, List<Vitals> seen) {
        if (event instanceof TrainEvent.Evaluated evaluated && evaluated.split().equals("train")) {
            int done = evaluated.epoch();
            boolean warm = done >= evaluations * WARM_UP;
            if (warm && (done == evaluations || done % Math.max(1, evaluations / 10) == 0)) {
                seen.add(Vitals.of(manager));
                out.accept("epoch " + done + ": " + seen.get(seen.size() - 1));
            }
        }
    }

    private Finding cells(int count) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                CellEvaluator cells = new CellEvaluator()) {
            cells.evaluate("import ai.djl.ndarray.*; import ai.djl.ndarray.types.*;");
            List<Vitals> seen = new ArrayList<>();
            for (int i = 1; i <= count; i++) {
                cells.evaluate(
                        """
                        float sum;
                        try (var manager = NDManager.newBaseManager()) {
                            sum = manager.ones(new Shape(256, 256)).sum().getFloat();
                        }
                        sum
                        """);
                if (i >= count * WARM_UP && (i == count || i % Math.max(1, count / 5) == 0)) {
                    seen.add(Vitals.of(manager));
                    out.accept("cell " + i + ": " + seen.get(seen.size() - 1));
                }
            }
            return finding(String.format("%,d notebook cells", count), seen);
        }
    }

    private static Finding finding(String what, List<Vitals> seen) {
        Vitals first = seen.get(0);
        Vitals last = seen.get(seen.size() - 1);
        return Finding.of(
                what,
                String.format(
                        "no more arrays, threads and files than after a fifth of them; resident set within %d MiB",
                        TOLERANCE_KIB >> 10),
                "first " + first + "; last " + last,
                last.arrays() <= first.arrays()
                        && last.threads() <= first.threads()
                        && last.files() <= first.files()
                        && last.residentKib() <= first.residentKib() + TOLERANCE_KIB);
    }
}
