package org.bdia.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.OwnData;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.ImageFolder;
import org.bdia.data.ImageSet;
import org.bdia.data.ImageSplit;
import org.bdia.data.Parts;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticImages;
import org.bdia.io.Sha256;
import org.bdia.nn.ReversibleModel;
import org.bdia.report.ImageGrid;
import org.bdia.report.Profile;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** A vision transformer that classifies images. */
final class ImageWorkload implements Workload {

    /** The images that are shown of an epoch. */
    private static final int SHOWN = 32;

    private final RunConfig config;
    private final ImageSplit split;
    private final Augmentation augmentation;

    ImageWorkload(RunConfig config, TaskConfig.Images images, DataFolder folder) {
        this.config = config;
        split = images(images, folder);
        augmentation = images.augment() ? Augmentation.paper() : Augmentation.none();
    }

    private ImageWorkload(RunConfig config, ImageSplit split, Augmentation augmentation) {
        this.config = config;
        this.split = split;
        this.augmentation = augmentation;
    }

    /**
     * Reads a user's own images.
     *
     * @throws IllegalArgumentException if the model has not the images' side and number of classes
     */
    ImageWorkload(RunConfig config, OwnData.Images images) {
        this.config = config;
        split =
                ImageFolder.load(
                        Path.of(images.folder()),
                        images.side(),
                        images.parts(),
                        images.splitSeed());
        augmentation = Augmentation.of(split.train(), images.augment());
        VitConfig model = (VitConfig) config.model();
        int classes = split.train().classes();
        if (model.image() != images.side() || model.classes() != classes) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the images of %s have %d pixels a side and %d classes, but the model is for %d and %d;"
                                    + " set it by model(m -> m.withImage(%d).withClasses(%d))",
                            images.folder(),
                            images.side(),
                            classes,
                            model.image(),
                            model.classes(),
                            images.side(),
                            classes));
        }
    }

    /** A small model for a user's own images, whatever the profile. */
    static TrainingExperiment<OwnData.Images, VitConfig> preset(
            Path folder, int side, Environment environment) {
        Path absolute = folder.toAbsolutePath().normalize();
        int patch =
                IntStream.of(8, 7, 6, 5, 4, 3, 2).filter(p -> side % p == 0).findFirst().orElse(1);
        return TrainingExperiment.preset(
                new OwnData.Images(absolute.toString(), side, Parts.nineTenths(), true, 0),
                VitConfig.laptop()
                        .withPatch(1)
                        .withImage(side)
                        .withPatch(patch)
                        .withClasses(ImageFolder.classes(absolute).size()),
                TrainConfig.of(15, 32, 1e-3),
                environment);
    }

    /**
     * CIFAR-10 in the sizes of every profile. In {@code laptop} the plain transformer over-fits. The learning rate is the one that notebook
     * 11's search chose for BDIA; the plain transformer's best validation loss there is within 0.01 of its lowest.
     */
    static TrainingExperiment<TaskConfig.Images, VitConfig> overFitting(Environment environment) {
        TrainingExperiment<TaskConfig.Images, VitConfig> brief =
                brief(Cifar.Kind.CIFAR_10, environment);
        return environment.profile() != Profile.LAPTOP
                ? brief
                : brief.task(t -> t.withAugment(true))
                        .model(m -> m.withPatch(8))
                        .train(TrainConfig.of(100, 64, 2e-3).withCheckpointEvery(5));
    }

    /** The sizes of every profile on one of the sets; 15 epochs in {@code laptop}, too few for a gain in accuracy. */
    static TrainingExperiment<TaskConfig.Images, VitConfig> brief(
            Cifar.Kind kind, Environment environment) {
        TaskConfig.Images images =
                new TaskConfig.Images(kind, 5000, 1000, Parts.ALL, false, 0, false);
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
                            images.withSizes(45_000, 5_000, Parts.ALL).withAugment(true),
                            VitConfig.paper().withClasses(classes),
                            TrainConfig.of(400, 128, 1e-4)
                                    .withSchedule(new Schedule.WarmupCosine(1e-4, 0, 0))
                                    .withOptimizer(OptimizerConfig.setAdam())
                                    .withClipNorm(0),
                            environment);
        };
    }

    @Override
    public Workload with(RunConfig run) {
        return new ImageWorkload(run, split, augmentation);
    }

    @Override
    public Provenance provenance() {
        return provenance(split, config.task() instanceof OwnData);
    }

    @Override
    public Table sizes() {
        List<ImageSet> parts = List.of(split.train(), split.validation(), split.test());
        Table table = Table.create("images of " + provenance().name());
        table.addColumns(
                StringColumn.create(
                        "class",
                        IntStream.range(0, split.train().classes()).mapToObj(this::className)));
        for (int i = 0; i < parts.size(); i++) {
            ImageSet part = parts.get(i);
            int[] counts = new int[split.train().classes()];
            IntStream.range(0, part.size()).forEach(at -> counts[part.label(at)]++);
            table.addColumns(IntColumn.create(DataTables.PARTS.get(i), counts));
        }
        return table;
    }

    private String className(int label) {
        List<String> names = split.train().classNames();
        return names.isEmpty() ? "class " + label : names.get(label);
    }

    @Override
    public ImageGrid trainingImages(int epoch) {
        if (epoch < 0) {
            throw new IllegalArgumentException("epoch must be 0 or more, but is " + epoch);
        }
        ImageSet train = split.train();
        int[] order = train.order(config.seed(), epoch);
        int[] shown = Arrays.copyOf(order, Math.min(SHOWN, order.length));
        float[] normalised = train.batch(shown, augmentation, config.seed(), epoch).pixels();
        int plane = train.side() * train.side();
        int size = ImageSet.CHANNELS * plane;
        List<ImageGrid.Labelled> images = new ArrayList<>();
        for (int i = 0; i < shown.length; i++) {
            byte[] pixels = new byte[size];
            for (int j = 0; j < size; j++) {
                double std = augmentation.std().get(j / plane);
                double mean = augmentation.mean().get(j / plane);
                pixels[j] = (byte) Math.round(255 * (normalised[i * size + j] * std + mean));
            }
            String label = className(train.label(shown[i]));
            images.add(new ImageGrid.Labelled(label, train.side(), pixels));
        }
        return new ImageGrid(
                String.format(
                        Locale.ROOT,
                        "%s · seed %d, epoch %d",
                        train.provenance().name(),
                        config.seed(),
                        epoch),
                images);
    }

    @Override
    public Task task() {
        return new ImageTask(split, augmentation);
    }

    @Override
    public ReversibleModel model(NDManager manager) {
        ReversibleModel model =
                ReversibleModel.of(config.model(), config.method(), config.execution());
        model.initialize(manager, config.seed());
        return model;
    }

    @Override
    public Map<String, Double> classify(ReversibleModel trained, NDManager manager, byte[] image) {
        requireFits(config, image);
        float[] pixels = augmentation.normalise(image);
        float[] probabilities = probabilities(trained, manager, pixels, split.train().side());
        Map<String, Double> byName = new LinkedHashMap<>();
        IntStream.range(0, probabilities.length)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -probabilities[c]))
                .forEach(c -> byName.put(className(c), (double) probabilities[c]));
        return byName;
    }

    /**
     * Checks, before any data are read, that an image has the size that a run's model takes.
     *
     * @throws IllegalArgumentException if the task's models classify nothing, or the image has another size
     */
    static void requireFits(RunConfig run, byte[] image) {
        if (!(run.model() instanceof VitConfig model)) {
            throw new IllegalArgumentException(
                    "the models of this task classify no images; they write text");
        }
        int side = model.image();
        if (image.length != ImageSet.CHANNELS * side * side) {
            long found = Math.round(Math.sqrt(image.length / (double) ImageSet.CHANNELS));
            boolean square = image.length == ImageSet.CHANNELS * found * found;
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the image has %s, but the model takes %d × %<d pixels, 3 bytes each; read its file by"
                                    + " ImageFolder.image(path, %<d)",
                            square
                                    ? String.format(Locale.ROOT, "%d × %<d pixels", found)
                                    : image.length + " bytes",
                            side));
        }
    }

    private static float[] probabilities(
            ReversibleModel trained, NDManager manager, float[] pixels, int side) {
        try (NDManager own = manager.newSubManager()) {
            Shape shape = new Shape(1, ImageSet.CHANNELS, side, side);
            NDArray logits = trained.predict(new NDList(own.create(pixels, shape)));
            logits.attach(own);
            return logits.softmax(1).toFloatArray();
        }
    }

    /** All three parts in one: the digest of published images is that of the training files, the test file's stands in the source. */
    private static Provenance provenance(ImageSplit images, boolean own) {
        Provenance train = images.train().provenance();
        Provenance test = images.test().provenance();
        return new Provenance(
                String.format(
                        Locale.ROOT,
                        "%s, %d validation, %d test",
                        train.name(),
                        images.validation().size(),
                        images.test().size()),
                train.synthetic() || own
                        ? train.source()
                        : String.format(
                                Locale.ROOT,
                                "%s; test: %s, SHA-256 %s",
                                train.source(),
                                test.source(),
                                test.sha256()),
                train.synthetic(),
                own
                        ? Sha256.of(
                                train.sha256()
                                        + images.validation().provenance().sha256()
                                        + test.sha256())
                        : train.sha256());
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
