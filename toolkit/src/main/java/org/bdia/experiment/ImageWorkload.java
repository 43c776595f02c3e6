package org.bdia.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.ImageSet;
import org.bdia.data.ImageSplit;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.VisionTransformer;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;

/** A vision transformer that classifies images. */
final class ImageWorkload implements Workload {

    private final RunConfig config;
    private final TaskConfig.Images images;
    private final ImageSplit split;

    ImageWorkload(RunConfig config, TaskConfig.Images images, DataFolder folder) {
        this.config = config;
        this.images = images;
        split = images(images, folder);
    }

    /** The sizes of every profile on one of the sets. */
    static TrainingExperiment<TaskConfig.Images, VitConfig> preset(
            Cifar.Kind kind, Environment environment) {
        TaskConfig.Images images =
                new TaskConfig.Images(kind, 5000, 1000, Cifar.ALL, false, 0, false);
        int classes = kind.classes();
        return switch (environment.profile()) {
            case SMOKE ->
                    TrainingExperiment.preset(
                            images.withSizes(640, 256, 512)
                                    .withSynthetic(!Cifar.isIn(environment.data(), kind)),
                            VitConfig.smoke().withClasses(classes),
                            TrainConfig.of(4, 32, 2e-3),
                            environment);
            case LAPTOP ->
                    TrainingExperiment.preset(
                            images,
                            VitConfig.laptop().withClasses(classes),
                            TrainConfig.of(15, 64, 1e-3),
                            environment);
            case PAPER ->
                    TrainingExperiment.preset(
                            images.withSizes(45_000, 5_000, Cifar.ALL).withAugment(true),
                            VitConfig.paper().withClasses(classes),
                            TrainConfig.of(400, 128, 1e-4)
                                    .withSchedule(new Schedule.WarmupCosine(1e-4, 0, 0))
                                    .withOptimizer(OptimizerConfig.setAdam())
                                    .withClipNorm(0),
                            environment);
        };
    }

    @Override
    public Provenance provenance() {
        return provenance(split);
    }

    @Override
    public Task task() {
        return new ImageTask(split, images.augment() ? Augmentation.paper() : Augmentation.none());
    }

    @Override
    public ReversibleModel model(NDManager manager) {
        VisionTransformer model =
                new VisionTransformer(
                        (VitConfig) config.model(), config.method(), config.execution());
        model.initialize(manager, config.seed());
        return model;
    }

    @Override
    public Map<String, Double> classify(ReversibleModel trained, NDManager manager, byte[] image) {
        ImageSet train = split.train();
        ImageSet one =
                new ImageSet(
                        image,
                        new int[1],
                        new long[1],
                        train.classes(),
                        train.classNames(),
                        train.provenance());
        float[] pixels = one.batch(new int[1], Augmentation.none(), 0, 0).pixels();
        float[] probabilities = probabilities(trained, manager, pixels);
        Map<String, Double> byName = new LinkedHashMap<>();
        IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -probabilities[c]))
                .forEach(
                        c ->
                                byName.put(
                                        train.classNames().isEmpty()
                                                ? "class " + c
                                                : train.classNames().get(c),
                                        (double) probabilities[c]));
        return byName;
    }

    private static float[] probabilities(
            ReversibleModel trained, NDManager manager, float[] pixels) {
        try (NDManager own = manager.newSubManager()) {
            Shape shape = new Shape(1, ImageSet.CHANNELS, ImageSet.SIDE, ImageSet.SIDE);
            NDArray logits = trained.predict(new NDList(own.create(pixels, shape)));
            logits.attach(own);
            return logits.softmax(1).toFloatArray();
        }
    }

    /** All three parts in one: the digest is that of the training files, the test file's stands in the source. */
    private static Provenance provenance(ImageSplit images) {
        Provenance train = images.train().provenance();
        Provenance test = images.test().provenance();
        return new Provenance(
                String.format(
                        Locale.ROOT,
                        "%s, %d validation, %d test",
                        train.name(),
                        images.validation().size(),
                        images.test().size()),
                train.synthetic()
                        ? train.source()
                        : String.format(
                                Locale.ROOT,
                                "%s; test: %s, SHA-256 %s",
                                train.source(),
                                test.source(),
                                test.sha256()),
                train.synthetic(),
                train.sha256());
    }

    /** The images of a task, generated where it says so. */
    static ImageSplit images(TaskConfig.Images task, DataFolder folder) {
        return task.synthetic()
                ? SyntheticImages.split(
                        task.kind().classes(),
                        task.train(),
                        task.validation(),
                        task.test(),
                        task.splitSeed())
                : Cifar.load(
                        folder,
                        task.kind(),
                        task.train(),
                        task.validation(),
                        task.test(),
                        task.splitSeed());
    }
}
