package org.bdia.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.bdia.config.ClipBy;
import org.bdia.config.TrainConfig;
import org.bdia.io.Uninterrupted;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.ReconstructionException;
import org.bdia.reversible.StateRangeException;
import org.bdia.reversible.StepKey;

/** The loop of {@link Trainer#train}: steps, and after each epoch evaluations and a checkpoint. Its fields are what a checkpoint holds. */
final class TrainingLoop {

    static final String UNTOUCHED = "; the weights are those of the step before";
    private static final String NOT_SAVED = "; these weights are not saved";

    private final Trainer.Setup setup;
    private final ReversibleModel model;
    private final Task task;
    private final TrainConfig config;
    private final Path folder;
    private final NDManager manager;
    private final Optimizer optimizer;
    private final int perEpoch;
    private final long total;

    /** Steps made. */
    private long step;

    /** Sum of the losses of the epoch's steps. */
    private double lossSum;

    /** Gradient norm of the step before, null unless gradients are clipped by it. */
    private Double clippedBy;

    private BestEpoch best;

    /** Says in words which checkpoint is the last. */
    private String lastGood = "no checkpoint was chosen yet to go on from";

    private long lastTime;

    TrainingLoop(Trainer.Setup setup, NDManager manager, Optimizer optimizer) {
        this.setup = setup;
        this.model = setup.model();
        this.task = setup.task();
        this.config = setup.config();
        this.folder = setup.folder();
        this.manager = manager;
        this.optimizer = optimizer;
        perEpoch = task.stepsPerEpoch(config.batch());
        total = (long) perEpoch * config.epochs();
        clippedBy = config.clipBy() == ClipBy.PREVIOUS_STEP ? 0.0 : null;
    }

    /** Returns whether the end was reached, see {@link Trainer#train}. */
    boolean run() {
        start();
        requireBestEpoch();
        optimizer.zeroGradients();
        var update = StepUpdate.of(config, model, optimizer, clippedBy == null ? 0 : clippedBy);
        lastTime = System.nanoTime();
        while (step < total && !stopsEarly()) {
            if (Thread.currentThread().isInterrupted() || setup.stop().getAsBoolean()) {
                save();
                return false;
            }
            step(update);
            if (step % perEpoch == 0) {
                endEpoch();
                lastTime = System.nanoTime(); // evaluation is not training time
            }
        }
        return true;
    }

    private void start() {
        Optional<Checkpoint> resumed = checkpoint();
        best = Uninterrupted.get(() -> BestEpoch.of(folder, setup.configHash(), resumed));
        if (resumed.isEmpty()) {
            lastGood = "there is no checkpoint to go on from";
            tell(new TrainEvent.Started(0));
            evaluate(Task.Split.VALIDATION);
            return;
        }
        Checkpoint checkpoint = resumed.get();
        Uninterrupted.run(() -> checkpoint.restore(model, optimizer));
        step = checkpoint.state().step();
        lossSum = checkpoint.state().lossSum();
        clippedBy = checkpoint.state().gradientNorm();
        lastGood = lastIs(checkpoint.folder());
        tell(new TrainEvent.Resumed(step, total, checkpoint.folder()));
    }

    private void step(StepUpdate update) {
        int epoch = (int) (step / perEpoch);
        double rate = config.schedule().rate(step, total);
        float loss = differentiate(epoch, update, rate);
        double norm = update.end(rate);
        requireFinite("the gradient's norm", norm, update.consequence());
        step++;
        lossSum += loss;
        if (clippedBy != null) {
            clippedBy = norm;
        }
        long now = System.nanoTime();
        double speed = config.batch() * 1e9 / (now - lastTime);
        lastTime = now;
        tell(new TrainEvent.Step(step, total, epoch, loss, rate, norm, speed));
    }

    /** Adds the gradients of the next step's batch; returns its loss. */
    private float differentiate(int epoch, StepUpdate update, double rate) {
        int index = (int) (step % perEpoch);
        try (NDScope scope = new NDScope();
                Batch batch = task.training(manager, setup.seed(), epoch, index, config.batch())) {
            return new MicroBatches(model, task, config)
                    .differentiate(
                            batch,
                            new StepKey(setup.seed(), step, batch.sampleIds()),
                            update.begin(rate),
                            loss -> requireFinite("the loss", loss, UNTOUCHED));
        } catch (StateRangeException e) {
            throw new TrainingDivergedException(step, e.getMessage() + UNTOUCHED, lastGood, e);
        } catch (ReconstructionException e) {
            throw new TrainingAbortedException(step, update.consequence(), lastGood, e);
        }
    }

    private void endEpoch() {
        int finished = epochsFinished();
        double loss = lossSum / perEpoch;
        tell(new TrainEvent.Evaluated(step, finished, "train", Map.of("loss", loss)));
        lossSum = 0;
        if (step == total || finished % config.evaluateEvery() == 0) {
            evaluate(Task.Split.VALIDATION);
        }
        boolean early = stopsEarly();
        boolean last = step == total || early;
        if (last) {
            evaluate(Task.Split.TEST);
        }
        if (early) {
            tell(new TrainEvent.Stopped(step, finished, (int) (best.step() / perEpoch)));
        }
        if (folder != null && (last || finished % config.checkpointEvery() == 0)) {
            save();
        }
    }

    private int epochsFinished() {
        return (int) (step / perEpoch);
    }

    /** Whether the epochs since the best one, at an evaluation, have used up the patience: a function of what checkpoints hold. */
    private boolean stopsEarly() {
        int finished = epochsFinished();
        return config.patience() > 0
                && step % perEpoch == 0
                && finished % config.evaluateEvery() == 0
                && finished < config.epochs()
                && finished - best.step() / perEpoch >= config.patience();
    }

    private void requireBestEpoch() {
        if (config.patience() > 0 && task.size(Task.Split.VALIDATION) == 0) {
            throw new IllegalArgumentException(
                    "patience is "
                            + config.patience()
                            + ", but the task has no validation data to stop by; give it some, or set"
                            + " patience to 0");
        }
        if (best.lost().isEmpty() || task.size(Task.Split.VALIDATION) == 0) {
            return;
        }
        String lost = best.lost().get();
        if (config.patience() > 0) {
            throw new IllegalArgumentException(
                    lost
                            + ", so that early stopping cannot go on; remove the run's folder to start"
                            + " over");
        }
        tell(
                new TrainEvent.Refused(
                        step,
                        lost
                                + ", so that the best epoch is not known and none is kept; to have one, remove"
                                + " the run's folder and train it again"));
    }

    private void evaluate(Task.Split split) {
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
        requireFinite("the " + split.label() + " loss", loss, NOT_SAVED);
        tell(new TrainEvent.Evaluated(step, epochsFinished(), split.label(), means));
        if (split == Task.Split.VALIDATION) {
            try {
                Uninterrupted.get(() -> best.offer(step, loss, model));
            } catch (UncheckedIOException e) {
                throw new TrainingAbortedException(step, lastGood, e);
            }
        }
    }

    private Optional<Checkpoint> checkpoint() {
        return folder == null
                ? Optional.empty()
                : Uninterrupted.get(
                        () ->
                                Checkpoint.latest(
                                        folder,
                                        setup.configHash(),
                                        (at, message) ->
                                                tell(new TrainEvent.Refused(at, message))));
    }

    private void save() {
        if (folder == null) {
            return;
        }
        try {
            Path path =
                    Uninterrupted.get(
                            () ->
                                    Checkpoint.save(
                                            folder,
                                            setup.configHash(),
                                            step,
                                            lossSum,
                                            clippedBy,
                                            model,
                                            optimizer));
            lastGood = lastIs(path);
            tell(new TrainEvent.Checkpointed(step, path));
        } catch (UncheckedIOException e) {
            throw new TrainingAbortedException(step, lastGood, e);
        }
    }

    private static String lastIs(Path checkpoint) {
        return "the last checkpoint is " + checkpoint;
    }

    private void requireFinite(String what, double value, String consequence) {
        if (!Double.isFinite(value)) {
            throw new TrainingDivergedException(
                    step, what + " is " + value + consequence, lastGood, null);
        }
    }

    private void tell(TrainEvent event) {
        try {
            Uninterrupted.run(() -> setup.events().accept(event));
        } catch (RuntimeException e) {
            throw new TrainingAbortedException(event.step(), lastGood, e);
        }
    }
}
