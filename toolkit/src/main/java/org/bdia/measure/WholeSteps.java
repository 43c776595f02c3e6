package org.bdia.measure;

import ai.djl.ndarray.NDManager;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.nn.ReversibleModel;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.TextTask;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;

/**
 * The training loop, on a thread of its own, which waits before every step until it is asked for: a batch of generated data,
 * forward, backward, AdamW's update, without clipping.
 */
final class WholeSteps implements AutoCloseable {

    /** Batches of an epoch; few, since the data lie in memory. */
    private static final int BATCHES = 4;

    private static final int EPOCHS = 1 << 24;

    private final BlockingQueue<CompletableFuture<Float>> asked = new LinkedBlockingQueue<>();
    private final Thread thread;
    private CompletableFuture<Float> current = new CompletableFuture<>(); // the training thread's
    private float loss; // likewise

    /**
     * Starts training; returns when the first step can be asked for.
     *
     * @param config how to train, its epochs and schedule aside, which are made endless and constant
     */
    WholeSteps(ReversibleModel model, Task task, TrainConfig config, NDManager manager) {
        Trainer trainer =
                new Trainer(model, task, endless(config), StepWorker.SEED)
                        .withStop(this::isEnd)
                        .withEvents(
                                event -> {
                                    if (event instanceof TrainEvent.Step step) {
                                        loss = (float) step.loss();
                                    }
                                });
        thread = new Thread(() -> train(trainer, manager), "training");
        thread.setDaemon(true);
        CompletableFuture<Float> start = current;
        thread.start();
        await(start);
    }

    /** Starts training as a point says. */
    static WholeSteps of(Point point, ReversibleModel model, NDManager manager) {
        boolean perBlock = point.step().equals(Point.PER_BLOCK);
        TrainConfig config =
                unclipped(point.batch())
                        .withUpdate(perBlock ? Update.PER_BLOCK : Update.AFTER_BACKWARD)
                        .withHeadTokens(point.headTokens());
        return new WholeSteps(model, task(point), config, manager);
    }

    /** Returns AdamW without decay and without clipping. */
    static TrainConfig unclipped(int batch) {
        return TrainConfig.of(EPOCHS, batch, 1e-4)
                .withOptimizer(OptimizerConfig.adamW(0))
                .withClipNorm(0);
    }

    private static TrainConfig endless(TrainConfig config) {
        return config.withEpochs(EPOCHS).withSchedule(new Schedule.Constant(1e-4));
    }

    private static Task task(Point point) {
        int samples = BATCHES * point.batch();
        if (point.task().equals("vit")) {
            return new ImageTask(
                    SyntheticImages.split(StepWorker.CLASSES, samples, 0, 1, StepWorker.SEED),
                    Augmentation.paper());
        }
        int tokens = (samples + 1) * point.tokens();
        return new TextTask(
                SyntheticText.split(TextCorpus.Unit.CHARACTERS, tokens, 0, 0, StepWorker.SEED),
                point.tokens());
    }

    private void train(Trainer trainer, NDManager manager) {
        try {
            trainer.train(manager);
        } catch (RuntimeException | Error e) {
            current.completeExceptionally(e);
        }
    }

    /** Answers for the step that is complete, and waits for the next; an interrupt is the end. */
    private boolean isEnd() {
        current.complete(loss);
        try {
            current = asked.take();
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /**
     * Makes a step.
     *
     * @return its loss
     * @throws IllegalStateException if training fails
     */
    float step() {
        var step = new CompletableFuture<Float>();
        asked.add(step);
        return await(step);
    }

    private static float await(CompletableFuture<Float> step) {
        try {
            return step.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the training step failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in a training step", e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
