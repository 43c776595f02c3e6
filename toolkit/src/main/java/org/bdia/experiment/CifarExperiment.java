package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.data.Cifar;
import org.bdia.nn.VitConfig;
import org.bdia.reversible.Method;
import org.bdia.run.RunConfig;
import org.bdia.run.RunStore;
import org.bdia.run.TaskConfig;
import org.bdia.train.OptimizerConfig;
import org.bdia.train.Schedule;
import org.bdia.train.TrainConfig;

/**
 * Vision transformers on CIFAR: every variant with every seed is one run, in a JVM of its own. Immutable; each method
 * returns a changed copy.
 */
public final class CifarExperiment {

    private final TaskConfig.Images images;
    private final VitConfig model;
    private final TrainConfig train;
    private final List<Variant> variants;
    private final int seeds;
    private final boolean verify;

    private CifarExperiment(
            TaskConfig.Images images,
            VitConfig model,
            TrainConfig train,
            List<Variant> variants,
            int seeds,
            boolean verify) {
        if (variants.isEmpty() || variants.stream().distinct().count() != variants.size()) {
            throw new IllegalArgumentException(
                    "an experiment compares at least one variant, and each variant once, but they are "
                            + variants.stream().map(Variant::label).toList());
        }
        this.images = images;
        this.model = model.withClasses(images.kind().classes());
        this.train = train;
        this.variants = List.copyOf(variants);
        this.seeds = seeds;
        this.verify = verify;
    }

    /** The profile's sizes, the plain transformer beside BDIA. */
    static CifarExperiment of(Cifar.Kind kind) {
        List<Variant> both = List.of(Variant.of(Method.standard()), Variant.of(Method.bdia(0.5)));
        TaskConfig.Images images =
                new TaskConfig.Images(kind, 5000, 1000, Cifar.ALL, false, 0, false);
        Environment environment = Environment.current();
        return switch (environment.profile()) {
            case SMOKE ->
                    new CifarExperiment(
                            images.withSizes(640, 256, 512)
                                    .withSynthetic(!environment.hasCifar(kind)),
                            VitConfig.smoke(),
                            TrainConfig.of(4, 32, 2e-3),
                            both,
                            environment.seeds(1),
                            true);
            case LAPTOP ->
                    new CifarExperiment(
                            images,
                            VitConfig.laptop(),
                            TrainConfig.of(15, 64, 1e-3),
                            both,
                            environment.seeds(3),
                            false);
            case PAPER ->
                    new CifarExperiment(
                            images.withSizes(45_000, 5_000, Cifar.ALL).withAugment(true),
                            VitConfig.paper(),
                            TrainConfig.of(400, 128, 1e-4)
                                    .withSchedule(new Schedule.WarmupCosine(1e-4, 0, 0))
                                    .withOptimizer(OptimizerConfig.setAdam())
                                    .withClipNorm(0),
                            both,
                            environment.seeds(3),
                            false);
        };
    }

    /** With another architecture; the number of classes follows the data. */
    public CifarExperiment model(VitConfig value) {
        return new CifarExperiment(images, value, train, variants, seeds, verify);
    }

    /** With these methods, each differentiated as {@link Variant#of} says. */
    public CifarExperiment methods(Method... values) {
        List<Variant> chosen = new ArrayList<>();
        for (Method method : values) {
            chosen.add(Variant.of(method));
        }
        return new CifarExperiment(images, model, train, chosen, seeds, verify);
    }

    /** With these lines in the comparison. */
    public CifarExperiment variants(Variant... values) {
        return new CifarExperiment(images, model, train, List.of(values), seeds, verify);
    }

    /** With one more line in the comparison. */
    public CifarExperiment and(Variant variant) {
        List<Variant> more = new ArrayList<>(variants);
        more.add(variant);
        return new CifarExperiment(images, model, train, more, seeds, verify);
    }

    /** With seeds 0 to n − 1; the environment variable BDIA_SEEDS, where it is set, is stronger. */
    public CifarExperiment seeds(int n) {
        int chosen = Environment.current().seeds(n);
        return new CifarExperiment(images, model, train, variants, chosen, verify);
    }

    /** With another number of epochs. */
    public CifarExperiment epochs(int n) {
        return train(train.withEpochs(n));
    }

    /** With another training configuration. */
    public CifarExperiment train(TrainConfig value) {
        return new CifarExperiment(images, model, value, variants, seeds, verify);
    }

    /** With other numbers of images; {@link Cifar#ALL} is allowed. */
    public CifarExperiment images(int training, int validation, int test) {
        return new CifarExperiment(
                images.withSizes(training, validation, test),
                model,
                train,
                variants,
                seeds,
                verify);
    }

    /** With crop and flip on or off. */
    public CifarExperiment augment(boolean value) {
        return new CifarExperiment(
                images.withAugment(value), model, train, variants, seeds, verify);
    }

    /** The runs, seed by seed, so that an interrupted experiment has whole seeds. */
    public List<RunConfig> configs() {
        return LongStream.range(0, seeds)
                .boxed()
                .flatMap(
                        seed ->
                                variants.stream()
                                        .map(
                                                v ->
                                                        new RunConfig(
                                                                images,
                                                                model,
                                                                v.method(),
                                                                v.backprop(),
                                                                verify,
                                                                train,
                                                                seed)))
                .toList();
    }

    /**
     * Runs what is not finished, resumes what was interrupted, and reads the rest from its folder.
     *
     * @throws ExperimentException if a run fails; the message ends with the end of its log
     */
    public ExperimentResult run() {
        return new ExperimentResult(
                Environment.current().profile(),
                ChildRuns.complete(configs(), RunStore.fromEnvironment()));
    }
}
