package org.bdia.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bdia.config.ClipBy;
import org.bdia.config.TrainConfig;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.StateRangeException;
import org.bdia.reversible.StepKey;

/**
 * The training loop. Every random choice is a function of (seed, step), so that a run that is stopped and goes on
 * from its checkpoint ends with the weights of an uninterrupted one, byte for byte.
 */
public final class Trainer {

    private static final String LAST = "the last checkpoint is ";
    private static final String NO_CHECKPOINT = "there is no checkpoint to go on from";
    static final String UNTOUCHED = "; the weights are those of the step before";
    private static final String NOT_SAVED = "; these weights are not saved";

    private final ReversibleModel model;
    private final Task task;
    private final TrainConfig config;
    private final long seed;
    private final Consumer<TrainEvent> events;
    private final Path folder;
    private final String configHash;
    private final BooleanSupplier stop;

    /**
     * Creates a trainer with no checkpoints and no listener.
     *
     * @param model an initialised model
     * @param seed what every draw is a function of
     * @throws IllegalArgumentException if the training data do not fill one batch, or gradients cannot be clipped so
     */
    public Trainer(ReversibleModel model, Task task, TrainConfig config, long seed) {
        this(model, task, config, seed, event -> {}, null, "", () -> false);
        config.requireConsistent();
        if (task.stepsPerEpoch(config.batch()) < 1) {
            throw new IllegalArgumentException(
                    "the training data do not fill one batch of "
                            + config.batch()
                            + "; lower the batch size");
        }
    }

    private Trainer(
            ReversibleModel model,
            Task task,
            TrainConfig config,
            long seed,
            Consumer<TrainEvent> events,
            Path folder,
            String configHash,
            BooleanSupplier stop) {
        this.model = model;
        this.task = task;
        this.config = config;
        this.seed = seed;
        this.events = events;
        this.folder = folder;
        this.configHash = configHash;
        this.stop = stop;
    }

    /** Creates a trainer with a listener; an exception thrown by the listener aborts training. */
    public Trainer withEvents(Consumer<TrainEvent> listener) {
        return new Trainer(model, task, config, seed, listener, folder, configHash, stop);
    }

    /**
     * Creates a trainer that writes checkpoints, and resumes from the newest whole one in the folder.
     *
     * @param run the run's folder
     * @param hash what identifies the configuration
     */
    public Trainer withCheckpoints(Path run, String hash) {
        return new Trainer(model, task, config, seed, events, run, hash, stop);
    }

    /** Creates a trainer that asks before every step whether to write a checkpoint and stop; an interrupt has the same effect. */
    public Trainer withStop(BooleanSupplier condition) {
        return new Trainer(model, task, config, seed, events, folder, configHash, condition);
    }

    /**
     * Trains to the end, which may come early, see {@link TrainConfig#patience}, or until told to stop or interrupted; the thread
     * then still counts as interrupted. With checkpoints the weights of the best epoch are kept too.
     *
     * @param manager whose device the batches go to; the model's weights must be there
     * @return whether the end was reached
     * @throws TrainingDivergedException if loss, gradient or a state stops being finite, in training or
     *     evaluation; the last checkpoint stays
     * @throws TrainingAbortedException if a checkpoint cannot be written, or the listener throws; the last checkpoint
     *     stays
     * @throws IllegalArgumentException if there are checkpoints but none is whole, or the newest whole one is of
     *     another configuration, or there is patience without validation data
     */
    public boolean train(NDManager manager) {
        int perEpoch = task.stepsPerEpoch(config.batch());
        long total = (long) perEpoch * config.epochs();
        try (NDManager own = manager.newSubManager();
                Optimizer optimizer = Optimizer.of(config.optimizer(), own, model)) {
            long step = 0;
            double lossSum = 0;
            Double clippedBy = config.clipBy() == ClipBy.PREVIOUS_STEP ? 0.0 : null;
            String lastGood = NO_CHECKPOINT;
            Optional<Checkpoint> resumed = checkpoint();
            BestEpoch best = shielded(() -> BestEpoch.of(folder, configHash, resumed));
            if (resumed.isPresent()) {
                resumed.get().restore(model, optimizer);
                step = resumed.get().state().step();
                lossSum = resumed.get().state().lossSum();
                clippedBy = resumed.get().state().gradientNorm();
                lastGood = LAST + resumed.get().folder();
                tell(new TrainEvent.Resumed(step, resumed.get().folder()), lastGood);
            } else {
                tell(new TrainEvent.Started(0), lastGood);
                evaluate(own, 0, 0, Task.Split.VALIDATION, best, lastGood);
            }
            requireStoppable(best);
            optimizer.zeroGradients();
            var update = StepUpdate.of(config, model, optimizer, clippedBy == null ? 0 : clippedBy);
            long lastTime = System.nanoTime();
            while (step < total && !stopsEarly(best, step, perEpoch)) {
                if (Thread.currentThread().isInterrupted() || stop.getAsBoolean()) {
                    save(step, lossSum, clippedBy, optimizer, lastGood);
                    return false;
                }
                int epoch = (int) (step / perEpoch);
                double rate = config.schedule().rate(step, total);
                float loss = differentiate(own, step, perEpoch, update, rate, lastGood);
                double norm = update.end(rate);
                requireFinite(step, "the gradient's norm", norm, update.consequence(), lastGood);
                step++;
                lossSum += loss;
                if (clippedBy != null) {
                    clippedBy = norm;
                }
                long now = System.nanoTime();
                double speed = config.batch() * 1e9 / (now - lastTime);
                lastTime = now;
                tell(new TrainEvent.Step(step, total, epoch, loss, rate, norm, speed), lastGood);
                if (step % perEpoch == 0) {
                    int finished = epoch + 1;
                    tell(
                            new TrainEvent.Evaluated(
                                    step, finished, "train", Map.of("loss", lossSum / perEpoch)),
                            lastGood);
                    lossSum = 0;
                    if (step == total || finished % config.evaluateEvery() == 0) {
                        evaluate(own, step, finished, Task.Split.VALIDATION, best, lastGood);
                    }
                    boolean early = stopsEarly(best, step, perEpoch);
                    boolean last = step == total || early;
                    if (last) {
                        evaluate(own, step, finished, Task.Split.TEST, best, lastGood);
                    }
                    if (early) {
                        int bestEpoch = (int) (best.step() / perEpoch);
                        tell(new TrainEvent.Stopped(step, finished, bestEpoch), lastGood);
                    }
                    if (folder != null && (last || finished % config.checkpointEvery() == 0)) {
                        lastGood = save(step, lossSum, clippedBy, optimizer, lastGood);
                    }
                    lastTime = System.nanoTime(); // evaluation is not training time
                }
            }
            return true;
        }
    }

    /** Whether the epochs since the best one, at an evaluation, have used up the patience: a function of what checkpoints hold. */
    private boolean stopsEarly(BestEpoch best, long step, int perEpoch) {
        long finished = step / perEpoch;
        return config.patience() > 0
                && step % perEpoch == 0
                && finished % config.evaluateEvery() == 0
                && finished < config.epochs()
                && finished - best.step() / perEpoch >= config.patience();
    }

    private void requireStoppable(BestEpoch best) {
        if (config.patience() > 0 && task.size(Task.Split.VALIDATION) == 0) {
            throw new IllegalArgumentException(
                    "patience is "
                            + config.patience()
                            + ", but the task has no validation data to stop by; give it some, or set"
                            + " patience to 0");
        }
        if (config.patience() > 0 && !best.known()) {
            throw new IllegalArgumentException(
                    folder
                            + ": expected whole weights of the epoch with the lowest validation loss beside"
                            + " the checkpoint, found none, so that early stopping cannot go on; remove the"
                            + " folder to start over");
        }
    }

    /** Java closes the files of an interrupted thread: an interrupt waits until they are written. */
    private static <T> T shielded(Supplier<T> writing) {
        boolean interrupted = Thread.interrupted();
        try {
            return writing.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private float differentiate(
            NDManager manager,
            long step,
            int perEpoch,
            StepUpdate update,
            double rate,
            String lastGood) {
        int epoch = (int) (step / perEpoch);
        int index = (int) (step % perEpoch);
        try (NDScope scope = new NDScope();
                Batch batch = task.training(manager, seed, epoch, index, config.batch())) {
            scope.suppressNotUsedWarning();
            return new MicroBatches(model, task, config)
                    .differentiate(
                            batch,
                            new StepKey(seed, step, batch.sampleIds()),
                            update.begin(rate),
                            loss -> requireFinite(step, "the loss", loss, UNTOUCHED, lastGood));
        } catch (StateRangeException e) {
            throw new TrainingDivergedException(step, e.getMessage() + UNTOUCHED, lastGood, e);
        }
    }

    private static void requireFinite(
            long step, String what, double value, String consequence, String lastGood) {
        if (!Double.isFinite(value)) {
            throw new TrainingDivergedException(
                    step, what + " is " + value + consequence, lastGood, null);
        }
    }

    private void evaluate(
            NDManager manager,
            long step,
            int epoch,
            Task.Split split,
            BestEpoch best,
            String lastGood) {
        if (task.size(split) == 0) {
            return;
        }
        Map<String, Double> means;
        try {
            means = new Evaluation(model, task, config).measure(manager, split, 0);
        } catch (StateRangeException e) {
            throw new TrainingDivergedException(
                    step,
                    "evaluation on " + split.label() + ": " + e.getMessage() + NOT_SAVED,
                    lastGood,
                    e);
        }
        double loss = means.get(BestEpoch.METRIC);
        requireFinite(step, "the " + split.label() + " loss", loss, NOT_SAVED, lastGood);
        tell(new TrainEvent.Evaluated(step, epoch, split.label(), means), lastGood);
        if (split == Task.Split.VALIDATION) {
            try {
                shielded(() -> best.offer(step, loss, model));
            } catch (UncheckedIOException e) {
                throw new TrainingAbortedException(step, lastGood, e);
            }
        }
    }

    private Optional<Checkpoint> checkpoint() {
        return folder == null
                ? Optional.empty()
                : shielded(
                        () ->
                                Checkpoint.latest(
                                        folder,
                                        configHash,
                                        (step, message) ->
                                                events.accept(
                                                        new TrainEvent.Refused(step, message))));
    }

    /** Writes a checkpoint; returns in words which is the last one now. */
    private String save(
            long step, double lossSum, Double clippedBy, Optimizer optimizer, String lastGood) {
        if (folder == null) {
            return lastGood;
        }
        Path path;
        try {
            path =
                    shielded(
                            () ->
                                    Checkpoint.save(
                                            folder,
                                            configHash,
                                            step,
                                            lossSum,
                                            clippedBy,
                                            model,
                                            optimizer));
        } catch (UncheckedIOException e) {
            throw new TrainingAbortedException(step, lastGood, e);
        }
        tell(new TrainEvent.Checkpointed(step, path), LAST + path);
        return LAST + path;
    }

    private void tell(TrainEvent event, String lastGood) {
        try {
            shielded(
                    () -> {
                        events.accept(event);
                        return event;
                    });
        } catch (RuntimeException e) {
            throw new TrainingAbortedException(event.step(), lastGood, e);
        }
    }
}
