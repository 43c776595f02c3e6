package org.bdia.experiment;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bdia.data.Augmentation;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.ImageSplit;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.VisionTransformer;
import org.bdia.nn.VitConfig;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunConfig;
import org.bdia.run.RunStore;
import org.bdia.run.TaskConfig;
import org.bdia.train.ImageTask;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;

/** Carries one run out in this JVM: data, model, training, and what is written about it. */
public final class RunWorker {

    private final RunConfig config;
    private final RunStore store;
    private final DataFolder folder;

    /** A worker for a run, its data from a folder. */
    public RunWorker(RunConfig config, RunStore store, DataFolder folder) {
        this.config = config;
        this.store = store;
        this.folder = folder;
    }

    /**
     * Trains to the end, or until told to stop; goes on from a checkpoint if there is one.
     *
     * @param events told what happens
     * @param stop asked before every step
     * @return whether the run is finished
     */
    public boolean work(Consumer<TrainEvent> events, BooleanSupplier stop) {
        Device device = Environment.device();
        String id = config.id();
        try (Run run = store.open(id, config.json());
                NDManager manager = NDManager.newBaseManager(device)) {
            ImageSplit images = images((TaskConfig.Images) config.task(), folder);
            String engine = "PyTorch " + Engine.getEngine("PyTorch").getVersion();
            Manifest manifest =
                    run.begin(
                            Manifest.begin(
                                    device.toString(), engine, provenance(images), Instant.now()));
            ReversibleModel model = model(manager);
            Augmentation augmentation =
                    ((TaskConfig.Images) config.task()).augment()
                            ? Augmentation.paper()
                            : Augmentation.none();
            boolean finished =
                    new Trainer(
                                    model,
                                    new ImageTask(images, augmentation),
                                    config.train(),
                                    config.seed())
                            .withCheckpoints(run.folder(), id)
                            .withStop(stop)
                            .withEvents(
                                    event -> {
                                        write(run, event);
                                        events.accept(event);
                                    })
                            .train(manager);
            Manifest now = manifest.until(Instant.now());
            if (finished) {
                run.finish(now);
            } else {
                run.describe(now);
            }
            return finished;
        }
    }

    /** All three parts in one: the digest is that of the training files, the test file's stands in the source. */
    private static Provenance provenance(ImageSplit images) {
        Provenance train = images.train().provenance();
        Provenance test = images.test().provenance();
        return new Provenance(
                String.format(
                        "%s, %d validation, %d test",
                        train.name(), images.validation().size(), images.test().size()),
                train.synthetic()
                        ? train.source()
                        : String.format(
                                "%s; test: %s, SHA-256 %s",
                                train.source(), test.source(), test.sha256()),
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

    private ReversibleModel model(NDManager manager) {
        VisionTransformer model =
                new VisionTransformer(
                        (VitConfig) config.model(),
                        config.method(),
                        config.backprop(),
                        config.verify());
        model.initialize(manager, config.seed());
        return model;
    }

    private static void write(Run run, TrainEvent event) {
        if (event instanceof TrainEvent.Started) {
            run.resumeAfter(-1);
        } else if (event instanceof TrainEvent.Resumed resumed) {
            run.resumeAfter(resumed.step());
        } else if (event instanceof TrainEvent.Evaluated evaluated) {
            List<MetricRow> rows = new ArrayList<>();
            evaluated
                    .metrics()
                    .forEach(
                            (metric, value) ->
                                    rows.add(
                                            new MetricRow(
                                                    evaluated.step(),
                                                    evaluated.epoch(),
                                                    evaluated.split(),
                                                    metric,
                                                    value)));
            run.append(rows);
        }
    }
}
