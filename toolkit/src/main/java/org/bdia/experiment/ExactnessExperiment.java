package org.bdia.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.config.VitConfig.Pooling;
import org.bdia.data.Augmentation;
import org.bdia.data.Cifar;
import org.bdia.data.ImageSplit;
import org.bdia.experiment.ExactnessResult.Measurement;
import org.bdia.nn.VisionTransformer;
import org.bdia.notebook.Notebook;
import org.bdia.notebook.Progress;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.ImageTask;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;

/**
 * Reconstruction errors of stacks of several depths, before training and after it: exact BDIA with one and
 * two side bits, and on the same weights the midpoint rule, BDIA in floating point and RevNet. Immutable; each method returns a changed copy.
 */
public final class ExactnessExperiment {

    private static final Execution VERIFIED = Execution.of(Backprop.REVERSIBLE).withVerify(true);

    /** Odd, as are the tokens with a class token; with the presets' widths no state's side bits fill whole bytes. */
    private static final int BATCH = 13;

    private static final long SEED = 0;
    private static final List<Method> METHODS =
            List.of(
                    Method.bdia(0.5),
                    Method.bdia(0.25),
                    Method.midpoint(),
                    Method.bdiaFloat(0.5),
                    Method.revNet());

    private final TaskConfig.Images images;
    private final VitConfig model;
    private final List<Integer> depths;
    private final int steps;
    private final double rate;

    private ExactnessExperiment(
            TaskConfig.Images images,
            VitConfig model,
            List<Integer> depths,
            int steps,
            double rate) {
        if (depths.isEmpty() || depths.stream().anyMatch(k -> k < 1) || steps < 1) {
            throw new IllegalArgumentException(
                    "exactness is measured at depths and after steps of at least 1, but they are "
                            + depths
                            + " and "
                            + steps);
        }
        this.images = images;
        this.model = model;
        this.depths = List.copyOf(depths);
        this.steps = steps;
        this.rate = rate;
    }

    static ExactnessExperiment create() {
        Environment environment = Environment.current();
        TaskConfig.Images images =
                new TaskConfig.Images(Cifar.Kind.CIFAR_10, 1300, 13, 13, true, 0, false);
        VitConfig smoke =
                VitConfig.smoke()
                        .withPatch(8)
                        .withPooling(Pooling.CLASS_TOKEN)
                        .withWidth(30)
                        .withMlp(30)
                        .withDropout(0.1);
        List<Integer> all = List.of(2, 6, 12, 24, 48);
        return switch (environment.profile()) {
            case SMOKE ->
                    new ExactnessExperiment(
                            images.withSynthetic(
                                    !Cifar.isIn(environment.data(), Cifar.Kind.CIFAR_10)),
                            smoke,
                            all,
                            100,
                            1e-3);
            case LAPTOP ->
                    new ExactnessExperiment(
                            images,
                            VitConfig.laptop()
                                    .withPooling(Pooling.CLASS_TOKEN)
                                    .withWidth(62)
                                    .withMlp(128)
                                    .withHeads(2)
                                    .withDropout(0.1),
                            all,
                            300,
                            1e-3);
            case PAPER ->
                    new ExactnessExperiment(
                            images,
                            VitConfig.paper().withWidth(510).withMlp(512).withHeads(6),
                            all,
                            1000,
                            1e-4);
        };
    }

    /** At other depths K. */
    public ExactnessExperiment depths(Integer... values) {
        return new ExactnessExperiment(images, model, List.of(values), steps, rate);
    }

    /** After another number of training steps. */
    public ExactnessExperiment steps(int value) {
        return new ExactnessExperiment(images, model, depths, value, rate);
    }

    /**
     * Trains one model per depth, in this JVM, and measures.
     *
     * @throws ExperimentException if this thread is interrupted
     */
    public ExactnessResult run() {
        ImageSplit split = ImageWorkload.images(images, Environment.current().data());
        ImageTask task =
                new ImageTask(split, images.augment() ? Augmentation.paper() : Augmentation.none());
        List<Measurement> measurements = new ArrayList<>();
        for (int depth : depths) {
            measure(task, depth, measurements);
        }
        return new ExactnessResult(
                Environment.current().profile(),
                split.train().provenance(),
                Environment.device().toString(),
                steps,
                BATCH,
                measurements);
    }

    private void measure(ImageTask task, int depth, List<Measurement> into) {
        try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
            VisionTransformer vit =
                    new VisionTransformer(model.withDepth(depth), Method.bdia(0.5), VERIFIED);
            vit.initialize(manager, SEED);
            reconstruct(vit, task, manager, depth, "initial", into);
            train(vit, task, manager, depth);
            reconstruct(vit, task, manager, depth, "trained", into);
        }
    }

    private void train(VisionTransformer vit, ImageTask task, NDManager manager, int depth) {
        int perEpoch = task.stepsPerEpoch(BATCH);
        TrainConfig config =
                TrainConfig.of((steps + perEpoch - 1) / perEpoch, BATCH, rate)
                        .withEvaluateEvery(steps);
        long[] made = new long[1];
        try (Progress progress = Notebook.progress("K = " + depth + ", training", "steps")) {
            new Trainer(vit, task, config, SEED)
                    .withStop(() -> made[0] >= steps)
                    .withEvents(
                            event -> {
                                if (event instanceof TrainEvent.Step step) {
                                    made[0] = step.step();
                                    String loss =
                                            String.format(Locale.ROOT, "loss %.3f", step.loss());
                                    progress.update(made[0], steps, loss);
                                }
                            })
                    .train(manager);
            if (Thread.currentThread().isInterrupted()) {
                throw new ExperimentException(
                        "interrupted while the model of K = " + depth + " was trained");
            }
        }
    }

    private void reconstruct(
            VisionTransformer vit,
            ImageTask task,
            NDManager manager,
            int depth,
            String stage,
            List<Measurement> into) {
        for (Method method : METHODS) {
            try (NDScope scope = new NDScope();
                    Batch batch = task.training(manager, SEED, 0, 0, BATCH);
                    var stack = vit.stack(method, Backprop.REVERSIBLE)) {
                NDArray x = vit.embed(batch.inputs().singletonOrThrow());
                StepKey draw = new StepKey(SEED, steps, batch.sampleIds());
                into.add(new Measurement(method, depth, stage, Reconstruction.of(stack, x, draw)));
            }
        }
    }
}
