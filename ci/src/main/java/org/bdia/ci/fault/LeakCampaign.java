package org.bdia.ci.fault;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.SyntheticImages;
import org.bdia.experiment.RunWorker;
import org.bdia.kernel.CellError;
import org.bdia.kernel.CellEvaluator;
import org.bdia.nn.Gpt;
import org.bdia.nn.SlicedLoss;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.run.RunStore;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;

/** Looks for leaks over many training steps, evaluations, models, runs and notebook cells. */
final class LeakCampaign {

    /** The fewest training steps that show a leak: ten evaluations, two of them warm-up. */
    public static final int MIN_STEPS = 100;

    /** The fewest cells that show a leak: the warm-up has every kind of cell. */
    public static final int MIN_CELLS = 50;

    /** The fewest models that show a leak of 250 KiB each. */
    public static final int MIN_MODELS = 100;

    /** The fewest runs that show a leak of 400 KiB each. */
    public static final int MIN_RUNS = 50;

    private static final StepKey DRAW = new StepKey(1, 1, new long[] {0});

    private static final int STEPS_PER_EVALUATION = 10;

    /** Allowed growth of classes and compiled methods in training, some of which compile late. */
    private static final long LATE_CODE_KIB = 4 << 10;

    /** Allowed growth with models, some of which have another shape or method and so run other code. */
    private static final long LATE_CODE_OF_MODELS_KIB = 8 << 10;

    /** Allowed growth with cells, whose compiler is warmed up, too. */
    private static final long LATE_CODE_OF_CELLS_KIB = 16 << 10;

    /** Allowed growth per cell: JShell unloads no snippet, so each cell leaves classes and compiled methods. */
    private static final long CODE_PER_CELL_KIB = 32;

    private static final String SESSION =
            """
            import ai.djl.ndarray.*;
            import ai.djl.ndarray.types.*;
            import org.bdia.data.*;
            import org.bdia.nn.*;
            import org.bdia.notebook.Notebook;
            import org.bdia.report.*;
            import org.bdia.config.*;
            import org.bdia.reversible.*;
            import org.bdia.train.*;
            var caption = new Caption(
                    List.of(new Provenance("generated", "none", true, "")), Optional.empty(), "no seed", "any");
            NDManager session = NDManager.newBaseManager();
            NDArray kept = session.ones(new Shape(2, 2));
            session
            """;

    private static final String COMPUTES =
            """
            float sum;
            try (var manager = session.newSubManager()) {
                sum = manager.ones(new Shape(256, 256)).sum().getFloat();
            }
            sum
            """;
    private static final String SHOWS_A_FIGURE =
            """
            Notebook.show(new Figure(
                    "a figure of a cell", Axis.linear("x"), Axis.linear("y"),
                    List.of(Series.Line.of("line", new double[] {0, 1, 2}, new double[] {0, 1, 4})), caption));
            """;
    private static final String SHOWS_A_TABLE =
            """
            Notebook.show(tech.tablesaw.api.Table.create(
                    "a table of a cell", tech.tablesaw.api.DoubleColumn.create("x", new double[] {1, 2})));
            """;
    private static final String THROWS =
            """
            try (var manager = session.newSubManager()) {
                manager.ones(new Shape(2, 3));
                throw new IllegalStateException("on purpose");
            }
            """;
    private static final String TRAINS =
            """
            try (var manager = session.newSubManager()) {
                var tiny = VitConfig.smoke().withPatch(16).withWidth(8).withMlp(8).withDropout(0.1);
                var model = new VisionTransformer(tiny, Method.bdia(0.5), Backprop.REVERSIBLE);
                model.initialize(manager, 1);
                var task = new ImageTask(SyntheticImages.split(10, 6, 2, 1, 3), Augmentation.paper());
                new Trainer(model, task, TrainConfig.of(1, 2, 1e-3), 1).train(manager);
            }
            """;

    private final Consumer<String> out;

    /** Creates a campaign that reports its progress. */
    public LeakCampaign(Consumer<String> out) {
        this.out = out;
    }

    /**
     * Trains a tiny model, with an evaluation after every tenth step.
     *
     * @param steps at least {@link #MIN_STEPS}; rounded down to whole tens
     */
    public FaultResult training(int steps) {
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
            var usage = new Growth.Recorder("epoch", evaluations, manager, out);
            new Trainer(model, task, TrainConfig.of(evaluations, 2, 1e-3), 1)
                    .withEvents(
                            event -> {
                                if (event instanceof TrainEvent.Evaluated evaluated
                                        && evaluated.split().equals("train")) {
                                    usage.done(evaluated.epoch());
                                }
                            })
                    .train(manager);
            return usage.growth(
                            String.format(
                                    Locale.ROOT,
                                    "%,d training steps, %,d evaluations",
                                    evaluations * STEPS_PER_EVALUATION,
                                    evaluations),
                            LATE_CODE_KIB,
                            0)
                    .result();
        }
    }

    /**
     * Creates models, stacks over their blocks and trainers, uses each once and closes it.
     *
     * @param count how many of each, at least {@link #MIN_MODELS}
     */
    public FaultResult models(int count) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            VitConfig tiny = VitConfig.smoke().withPatch(16).withWidth(8).withMlp(8);
            var kept = new VisionTransformer(tiny, Method.bdia(0.5), Backprop.REVERSIBLE);
            kept.initialize(manager, 1);
            var usage = new Growth.Recorder("model", count, manager, out);
            for (int i = 1; i <= count; i++) {
                try (NDManager own = manager.newSubManager()) {
                    pass(kept.stack(Method.bdia(0.5), Backprop.REVERSIBLE), own);
                    languageModel(own);
                    trained(tiny.withDropout(0.1), own);
                }
                usage.done(i);
            }
            return usage.growth(
                            String.format(
                                    Locale.ROOT,
                                    "%,d stacks over the same blocks, language models and vision"
                                            + " transformers with their trainers",
                                    count),
                            LATE_CODE_OF_MODELS_KIB,
                            0)
                    .result();
        }
    }

    private static void pass(ReversibleStack stack, NDManager manager) {
        try (stack) {
            NDArray x = manager.ones(new Shape(1, 4, 8));
            stack.backward(stack.forward(x, DRAW));
        }
    }

    private static void languageModel(NDManager manager) {
        var config = new GptConfig(11, 4, 8, 2, 2, 8, 0.1, ActivationConfig.GELU);
        var model = new Gpt(config, Method.bdia(0.5), Backprop.REVERSIBLE);
        model.initialize(manager, 1);
        NDArray ids = manager.create(new long[][] {{1, 2, 3, 4}});
        model.differentiate(new NDList(ids), NDArray::mean, DRAW);
        var slice = new SlicedLoss.Slice(1, 3, 1, NDArray::mean);
        model.differentiate(new NDList(ids), new SlicedLoss(4, List.of(slice, slice)), DRAW);
    }

    private static void trained(VitConfig config, NDManager manager) {
        var model = new VisionTransformer(config, Method.bdia(0.5), Backprop.REVERSIBLE);
        model.initialize(manager, 1);
        var task = new ImageTask(SyntheticImages.split(10, 2, 2, 1, 3), Augmentation.paper());
        new Trainer(model, task, TrainConfig.of(1, 2, 1e-3), 1).train(manager);
    }

    /**
     * Trains runs to the end, each in its own folder, with metrics, checkpoints and a manifest, and deletes them.
     *
     * @param folder the folder of the runs
     * @param count how many, at least {@link #MIN_RUNS}
     */
    public FaultResult runs(Path folder, int count) {
        RunStore store = RunStore.at(folder.toAbsolutePath().resolve("leaks"));
        RunFiles.delete(store.root());
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            manager.ones(new Shape(1)); // counted; each run has another manager
            var usage = new Growth.Recorder("run", count, manager, out);
            for (int i = 1; i <= count; i++) {
                var config =
                        new RunConfig(
                                new TaskConfig.Images(Cifar.Kind.CIFAR_10, 4, 2, 2, true, 0, true),
                                VitConfig.smoke().withPatch(16).withWidth(8).withMlp(8),
                                Method.bdia(0.5),
                                Backprop.REVERSIBLE,
                                true,
                                TrainConfig.of(1, 2, 1e-3),
                                i);
                if (!new RunWorker(config, store, DataFolder.at(folder))
                        .work(e -> {}, () -> false)) {
                    throw new IllegalStateException("a run stopped before its end");
                }
                RunFiles.delete(store.root());
                usage.done(i);
            }
            return usage.growth(
                            String.format(Locale.ROOT, "%,d runs, each in its own folder", count),
                            LATE_CODE_OF_MODELS_KIB,
                            0)
                    .result();
        }
    }

    /**
     * Runs cells in one session, whose first cell creates the manager of arrays. Of ten cells six compute with arrays, one
     * shows a figure, one shows a table, one throws, and one trains a model for three steps.
     *
     * @param count at least {@link #MIN_CELLS}
     */
    public FaultResult cells(int count) {
        try (CellEvaluator cells = new CellEvaluator()) {
            try (NDManager session = (NDManager) cells.evaluate(SESSION)) {
                var usage = new Growth.Recorder("cell", count, session, out);
                for (int i = 1; i <= count; i++) {
                    cell(cells, i);
                    usage.done(i);
                }
                return usage.growth(
                                String.format(
                                        Locale.ROOT,
                                        "%,d notebook cells: they compute, show figures and tables, throw, train",
                                        count),
                                LATE_CODE_OF_CELLS_KIB,
                                CODE_PER_CELL_KIB)
                        .result();
            }
        }
    }

    private static void cell(CellEvaluator cells, int number) {
        switch (number % 10) {
            case 2 -> cells.evaluate(SHOWS_A_FIGURE);
            case 4 -> cells.evaluate(SHOWS_A_TABLE);
            case 6 -> throwing(cells);
            case 8 -> cells.evaluate(TRAINS);
            default -> cells.evaluate(COMPUTES);
        }
    }

    private static void throwing(CellEvaluator cells) {
        try {
            cells.evaluate(THROWS);
        } catch (CellError e) {
            if (e.getMessage().contains("on purpose")) {
                return;
            }
            throw e;
        }
        throw new IllegalStateException("a cell that must throw did not");
    }
}
