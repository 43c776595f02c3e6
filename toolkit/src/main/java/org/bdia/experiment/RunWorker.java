package org.bdia.experiment;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.bdia.config.ModelConfig;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.io.Uninterrupted;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.bdia.torch.Products;
import org.bdia.train.Checkpoint;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;

/** Executes one run in this JVM: reads the data, trains, writes metrics and manifest. */
public final class RunWorker {

    private final RunConfig config;
    private final RunStore store;
    private final DataFolder folder;
    private final InstantSource clock;
    private final boolean attempt;

    /** A worker for a run, its data from a folder. */
    public RunWorker(RunConfig config, RunStore store, DataFolder folder) {
        this(config, store, folder, InstantSource.system(), false);
    }

    /** Creates a worker that takes the manifest's timestamps from a clock. */
    RunWorker(RunConfig config, RunStore store, DataFolder folder, InstantSource clock) {
        this(config, store, folder, clock, false);
    }

    private RunWorker(
            RunConfig config,
            RunStore store,
            DataFolder folder,
            InstantSource clock,
            boolean attempt) {
        this.config = config;
        this.store = store;
        this.folder = folder;
        this.clock = clock;
        this.attempt = attempt;
    }

    /** A worker that makes an {@linkplain RunStore#openAttempt attempt}, which goes on from the newest checkpoint of the others. */
    public RunWorker asAttempt() {
        return new RunWorker(config, store, folder, clock, true);
    }

    /**
     * How large a run is.
     *
     * @param model the architecture, with as many tokens as the data have
     * @param steps of all epochs
     */
    public record Extent(ModelConfig model, long steps) {}

    /**
     * Returns how large the run is, by reading its data.
     *
     * @throws org.bdia.data.DataException if the data are missing or damaged
     */
    public Extent extent() {
        Workload workload = Workload.of(config, folder, store);
        long perEpoch = workload.task().stepsPerEpoch(config.train().batch());
        return new Extent(
                workload.architecture(config.model()), perEpoch * config.train().epochs());
    }

    /**
     * Trains to the end, or until told to stop or interrupted; goes on from a checkpoint if there is one.
     *
     * @param events told what happens
     * @param stop asked before every step
     * @return whether the run is finished
     * @throws org.bdia.run.RunBusyException if another process is writing the run
     * @throws org.bdia.train.TrainingAbortedException if metrics or a checkpoint cannot be written while training
     */
    public boolean work(Consumer<TrainEvent> events, BooleanSupplier stop) {
        Device device = Environment.device();
        String id = config.id();
        if (attempt && store.publish(id)) {
            return true;
        }
        try (Run run = Uninterrupted.get(() -> open(id));
                NDManager manager = NDManager.newBaseManager(device)) {
            Workload workload = Uninterrupted.get(() -> Workload.of(config, folder, store));
            String version = Engine.getEngine("PyTorch").getVersion();
            String engine = "PyTorch " + version + Products.words();
            Manifest manifest =
                    Uninterrupted.get(
                            () ->
                                    run.begin(
                                            Manifest.begin(
                                                    device.toString(),
                                                    engine,
                                                    workload.provenance(),
                                                    clock.instant())));
            long began = System.nanoTime();
            ReversibleModel model = Uninterrupted.get(() -> workload.model(manager));
            model.kernels().refuse(manifest.plainKernels());
            Supplier<Manifest> soFar =
                    () ->
                            manifest.until(
                                            clock.instant(),
                                            Duration.ofNanos(System.nanoTime() - began))
                                    .withPlainKernels(model.kernels().refused());
            model.kernels().onRefusal(shapes -> Uninterrupted.run(() -> run.describe(soFar.get())));
            Task task = workload.task();
            boolean finished =
                    new Trainer(model, task, config.train(), config.seed())
                            .withCheckpoints(run.folder(), id)
                            .withStop(stop)
                            .withEvents(
                                    event -> {
                                        write(run, event, soFar);
                                        events.accept(event);
                                    })
                            .train(manager);
            if (finished) {
                Workload.Outputs outputs = workload.finish(model, manager);
                Map<String, Double> scores = new TreeMap<>(outputs.metrics());
                scores.putAll(atBest(run, workload, task, model, manager, outputs, events));
                Uninterrupted.run(() -> run.finish(soFar.get(), scores, outputs.samples()));
            }
            return finished;
        }
    }

    private Run open(String id) {
        if (!attempt) {
            return store.open(id, config.json());
        }
        Run run = store.openAttempt(id, config.json());
        try {
            Checkpoint.copyNewest(run.earlier(), id, run.folder()).ifPresent(run::adopt);
            return run;
        } catch (RuntimeException e) {
            run.close();
            throw e;
        }
    }

    /**
     * Returns the test scores of the epoch with the lowest validation loss, whose weights the model then has: what early stopping would
     * have ended with. Unlike the lowest of all test losses it is not chosen by the test data.
     *
     * @param events told if the weights are damaged
     * @return by names that end in {@value RunRows#AT_BEST}; empty without validation or test data, or whole weights
     */
    private Map<String, Double> atBest(
            Run run,
            Workload workload,
            Task task,
            ReversibleModel model,
            NDManager manager,
            Workload.Outputs last,
            Consumer<TrainEvent> events) {
        OptionalLong best;
        try {
            best = Uninterrupted.get(() -> Checkpoint.bestStep(run.folder(), config.id()));
        } catch (IllegalArgumentException e) {
            events.accept(
                    new TrainEvent.Refused(
                            run.lastStep(), "no test scores at the best epoch: " + e.getMessage()));
            return Map.of();
        }
        if (best.isEmpty() || task.size(Task.Split.TEST) == 0) {
            return Map.of();
        }
        Map<String, Double> scores = new TreeMap<>(last.metrics());
        if (best.getAsLong() < run.lastStep()) {
            Uninterrupted.run(() -> Checkpoint.loadBestWeights(run.folder(), config.id(), model));
            scores.putAll(workload.finish(model, manager).metrics());
        }
        scores.putAll(
                new Evaluation(model, task, config.train()).measure(manager, Task.Split.TEST, 0));
        return scores.entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey() + RunRows.AT_BEST, Map.Entry::getValue));
    }

    /** A session may be killed: the time up to its last checkpoint counts. */
    private static void write(Run run, TrainEvent event, Supplier<Manifest> soFar) {
        if (event instanceof TrainEvent.Started) {
            run.resumeAfter(-1);
        } else if (event instanceof TrainEvent.Resumed resumed) {
            run.resumeAfter(resumed.step());
        } else if (event instanceof TrainEvent.Checkpointed) {
            run.describe(soFar.get());
        } else if (event instanceof TrainEvent.Stopped stopped) {
            run.append(
                    List.of(
                            row(stopped, "stopped_epoch", stopped.epoch()),
                            row(stopped, "best_epoch", stopped.bestEpoch())));
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

    private static MetricRow row(TrainEvent.Stopped stopped, String metric, double value) {
        return new MetricRow(stopped.step(), stopped.epoch(), "train", metric, value);
    }
}
