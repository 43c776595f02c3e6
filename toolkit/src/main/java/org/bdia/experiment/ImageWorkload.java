package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.Locale;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
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
