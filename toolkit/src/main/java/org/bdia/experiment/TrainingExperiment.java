package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.experiment.ChildRuns.Planned;
import org.bdia.report.ImageGrid;
import org.bdia.report.Profile;
import org.bdia.run.RunStore;
import tech.tablesaw.api.Table;

/**
 * Models trained on one task: every variant with every seed is one run, in a JVM of its own. Immutable; each method
 * returns a changed copy.
 *
 * <p>What the data decide about a model follows the data: the number of classes, and the vocabulary where it is learned
 * from the training text.
 *
 * @param <T> the task's configuration
 * @param <M> the model's configuration
 */
public final class TrainingExperiment<T extends TaskConfig, M extends ModelConfig> {

    /** The pairs whose scatter decides how many pairs a comparison takes. */
    private static final int JUDGED = 4;

    /** The fewest pairs of a comparison. */
    private static final int FEWEST = 8;

    /** The most pairs of a comparison. */
    private static final int MOST = 16;

    private final T task;
    private final M model;
    private final TrainConfig train;
    private final List<Variant> variants;
    private final List<Long> seeds;
    private final boolean verify;
    private final boolean resampled;

    /** Plain beside BDIA in the profile's number of seeds: one in smoke, whose runs are verified, else three. */
    static <T extends TaskConfig, M extends ModelConfig> TrainingExperiment<T, M> preset(
            T task, M model, TrainConfig train, Environment environment) {
        boolean smoke = environment.profile() == Profile.SMOKE;
        return new TrainingExperiment<>(
                task,
                model,
                train,
                List.of(Variant.of(Method.standard()), Variant.of(Method.bdia(0.5))),
                seeds(0, environment.seeds(smoke ? 1 : 3)),
                smoke,
                false);
    }

    private TrainingExperiment(
            T task,
            M model,
            TrainConfig train,
            List<Variant> variants,
            List<Long> seeds,
            boolean verify,
            boolean resampled) {
        if (variants.isEmpty()
                || variants.stream().map(Variant::label).distinct().count() != variants.size()) {
            throw new IllegalArgumentException(
                    "an experiment compares at least one variant, and each variant once, but they are "
                            + variants.stream().map(Variant::label).toList());
        }
        this.task = task;
        this.model = model;
        this.train = train;
        this.variants = List.copyOf(variants);
        this.seeds = List.copyOf(seeds);
        this.verify = verify;
        this.resampled = resampled;
    }

    private static List<Long> seeds(long first, int n) {
        return LongStream.range(first, first + n).boxed().toList();
    }

    /** The task and its data. */
    public T task() {
        return task;
    }

    /** The architecture, before the changes of variants. */
    public M model() {
        return model;
    }

    /** The training, before the changes of variants. */
    public TrainConfig train() {
        return train;
    }

    /** With another task, for example {@code task(t -> t.withAugment(true))}. */
    public TrainingExperiment<T, M> task(UnaryOperator<T> change) {
        return new TrainingExperiment<>(
                change.apply(task), model, train, variants, seeds, verify, resampled);
    }

    /** With another architecture. */
    public TrainingExperiment<T, M> model(M value) {
        return new TrainingExperiment<>(task, value, train, variants, seeds, verify, resampled);
    }

    /** With a changed architecture, for example {@code model(m -> m.withDepth(12))}. */
    public TrainingExperiment<T, M> model(UnaryOperator<M> change) {
        return model(change.apply(model));
    }

    /** With these methods, each differentiated as {@link Variant#of} says. */
    public TrainingExperiment<T, M> methods(Method... values) {
        List<Variant> chosen = new ArrayList<>();
        for (Method method : values) {
            chosen.add(Variant.of(method));
        }
        return new TrainingExperiment<>(task, model, train, chosen, seeds, verify, resampled);
    }

    /** With these lines in the comparison. */
    public TrainingExperiment<T, M> variants(Variant... values) {
        return new TrainingExperiment<>(
                task, model, train, List.of(values), seeds, verify, resampled);
    }

    /** With one more line in the comparison. */
    public TrainingExperiment<T, M> and(Variant variant) {
        List<Variant> more = new ArrayList<>(variants);
        more.add(variant);
        return new TrainingExperiment<>(task, model, train, more, seeds, verify, resampled);
    }

    /**
     * With one variant at multiples of the training's learning rate, each a line of its own: a search, of which {@link
     * ExperimentResult#lowest} chooses.
     *
     * @param factors the multiples, above 0
     */
    public TrainingExperiment<T, M> rates(Variant variant, double... factors) {
        double peak = train.schedule().peak();
        return variants(
                DoubleStream.of(factors)
                        .mapToObj(factor -> variant.withLearningRate(factor * peak))
                        .toArray(Variant[]::new));
    }

    /** With seeds 0 to n − 1; the environment variable BDIA_SEEDS, where it is set, takes precedence. */
    public TrainingExperiment<T, M> seeds(int n) {
        int chosen = Environment.current().seeds(n);
        return new TrainingExperiment<>(
                task, model, train, variants, seeds(0, chosen), verify, resampled);
    }

    /**
     * With seeds 1 to n, each of which also draws the training, validation and test data (of CIFAR the test images stay the file's),
     * so that an interval over seeds includes what the data decide; the environment variable BDIA_SEEDS, where it is set, takes
     * precedence.
     */
    public TrainingExperiment<T, M> resampled(int n) {
        List<Long> chosen = seeds(1, Environment.current().seeds(n));
        return new TrainingExperiment<>(task, model, train, variants, chosen, verify, true);
    }

    /**
     * With these seeds, whatever BDIA_SEEDS says: for a search, whose seeds are not those of the comparison that follows, or for
     * one run that shows something about bits.
     */
    public TrainingExperiment<T, M> onlySeeds(Long... values) {
        return new TrainingExperiment<>(
                task, model, train, variants, List.of(values), verify, resampled);
    }

    /** With another number of epochs. */
    public TrainingExperiment<T, M> epochs(int n) {
        return train(train.withEpochs(n));
    }

    /** With another training configuration. */
    public TrainingExperiment<T, M> train(TrainConfig value) {
        return new TrainingExperiment<>(task, model, value, variants, seeds, verify, resampled);
    }

    /** With a changed training configuration. */
    public TrainingExperiment<T, M> train(UnaryOperator<TrainConfig> change) {
        return train(change.apply(train));
    }

    /** With every rebuilt state compared with the one made, where the method promises that they are equal. */
    public TrainingExperiment<T, M> verified() {
        return new TrainingExperiment<>(task, model, train, variants, seeds, true, resampled);
    }

    /** The runs, seed by seed, so that an interrupted experiment has whole seeds. */
    public List<RunConfig> configs() {
        return planned().stream().map(Planned::config).toList();
    }

    private List<Planned> planned() {
        return seeds.stream()
                .flatMap(seed -> variants.stream().map(v -> new Planned(v, config(v, seed))))
                .toList();
    }

    private RunConfig config(Variant variant, long seed) {
        return variant.change()
                .apply(
                        new RunConfig(
                                resampled ? task.withSplitSeed(seed) : task,
                                model,
                                variant.method(),
                                variant.backprop(),
                                verify,
                                train,
                                seed));
    }

    /**
     * Returns how much data there is, read for it: of images a row per class with its number in every part, {@code class, training,
     * validation, test}; of texts a row per part and what of a sample is measured, {@code part, of, samples, tokens, shortest, median,
     * mean, longest}.
     *
     * @throws org.bdia.data.DataException if the data are missing or damaged
     */
    public Table sizes() {
        return workload().sizes();
    }

    /**
     * Returns the first texts of every part, as training reads them.
     *
     * @throws IllegalArgumentException if the samples are images
     * @throws org.bdia.data.DataException if the data are missing or damaged
     */
    public Table examples() {
        return workload().examples();
    }

    /**
     * Returns the first images of an epoch after cropping and flipping, as the first run's training sees them.
     *
     * @param epoch from 0
     * @throws IllegalArgumentException if the samples are texts, or the epoch is negative
     * @throws org.bdia.data.DataException if the data are missing or damaged
     */
    public ImageGrid trainingImages(int epoch) {
        return workload().trainingImages(epoch);
    }

    private Workload workload() {
        return Workload.of(
                configs().get(0), Environment.current().data(), RunStore.fromEnvironment());
    }

    /**
     * Runs what is not finished, resumes what was interrupted, and reads the rest from its folder.
     *
     * @throws ExperimentException if a run fails; the message ends with the end of its log
     */
    public ExperimentResult run() {
        RunStore store = RunStore.fromEnvironment();
        return new ExperimentResult(
                Environment.current().profile(), ChildRuns.complete(planned(), store));
    }

    /**
     * Runs the first {@value #JUDGED} pairs, see {@link #resampled}, and returns how many a comparison of two variants takes: as
     * many as a 95 % interval of the requested half width needs, judged by the scatter of the differences and not by their mean, but
     * {@value #FEWEST} to {@value #MOST}. Where the environment variable BDIA_SEEDS is set, that number is returned and nothing is run.
     *
     * @param metric as in {@link ExperimentResult#compare}
     * @param half half the interval's width, above 0, written down before the first run
     * @throws IllegalArgumentException if half is not above 0, before any run
     * @throws ExperimentException if a run fails
     */
    public int seedsFor(String metric, Variant method, Variant reference, double half) {
        if (!(half > 0)) {
            throw new IllegalArgumentException("half must be above 0, but is " + half);
        }
        if (Environment.current().hasSeeds()) {
            return Environment.current().seeds(FEWEST);
        }
        int needed =
                variants(reference, method)
                        .resampled(JUDGED)
                        .run()
                        .compare(metric)
                        .seedsFor(method.label(), reference.label(), half);
        return Math.max(FEWEST, Math.min(MOST, needed));
    }

    /** For kernels that show what a cell's last statement returns. */
    @Override
    public String toString() {
        return "experiment on "
                + task.label()
                + ": "
                + variants.stream().map(Variant::label).collect(Collectors.joining(", "))
                + "; seeds "
                + seeds.stream().map(String::valueOf).collect(Collectors.joining(", "))
                + "; profile "
                + Environment.current().profile().label();
    }
}
