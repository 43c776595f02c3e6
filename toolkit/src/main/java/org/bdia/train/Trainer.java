package org.bdia.train;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.bdia.config.TrainConfig;
import org.bdia.nn.ReversibleModel;

/**
 * Trains a model. Every random choice is a function of (seed, step), so that a run that is stopped and goes on
 * from its checkpoint ends with the weights of an uninterrupted one, byte for byte.
 */
public final class Trainer {

    /**
     * What a training run is made of.
     *
     * @param folder where checkpoints go, null for none
     * @param configHash what identifies the configuration in them
     * @param stop asked before every step
     */
    record Setup(
            ReversibleModel model,
            Task task,
            TrainConfig config,
            long seed,
            Consumer<TrainEvent> events,
            Path folder,
            String configHash,
            BooleanSupplier stop) {}

    private final Setup setup;

    /**
     * Creates a trainer with no checkpoints and no listener.
     *
     * @param model an initialised model
     * @param seed what every draw is a function of
     * @throws IllegalArgumentException if the training data do not fill one batch, or gradients cannot be clipped so
     */
    public Trainer(ReversibleModel model, Task task, TrainConfig config, long seed) {
        this(new Setup(model, task, config, seed, event -> {}, null, "", () -> false));
        config.requireConsistent();
        if (task.stepsPerEpoch(config.batch()) < 1) {
            throw new IllegalArgumentException(
                    "the training data do not fill one batch of "
                            + config.batch()
                            + "; lower the batch size");
        }
    }

    private Trainer(Setup setup) {
        this.setup = setup;
    }

    /** Creates a trainer with a listener; an exception thrown by the listener aborts training. */
    public Trainer withEvents(Consumer<TrainEvent> listener) {
        return with(listener, setup.folder, setup.configHash, setup.stop);
    }

    /**
     * Creates a trainer that writes checkpoints, and resumes from the newest whole one in the folder.
     *
     * @param run the run's folder
     * @param hash what identifies the configuration
     */
    public Trainer withCheckpoints(Path run, String hash) {
        return with(setup.events, run, hash, setup.stop);
    }

    /** Creates a trainer that asks before every step whether to write a checkpoint and stop; an interrupt has the same effect. */
    public Trainer withStop(BooleanSupplier condition) {
        return with(setup.events, setup.folder, setup.configHash, condition);
    }

    private Trainer with(
            Consumer<TrainEvent> events, Path folder, String configHash, BooleanSupplier stop) {
        return new Trainer(
                new Setup(
                        setup.model,
                        setup.task,
                        setup.config,
                        setup.seed,
                        events,
                        folder,
                        configHash,
                        stop));
    }

    /**
     * Trains to the end, which may come early, see {@link TrainConfig#patience}, or until told to stop or interrupted; the thread
     * then still counts as interrupted. With checkpoints the weights of the best epoch are kept too.
     *
     * @param manager whose device the batches go to; the model's weights must be there
     * @return whether the end was reached
     * @throws TrainingDivergedException if loss, gradient or a state stops being finite, in training or
     *     evaluation; the last checkpoint stays
     * @throws TrainingAbortedException if a checkpoint cannot be written, the listener throws, or, in verify mode, a state is not
     *     rebuilt as it was made; the last checkpoint stays
     * @throws IllegalArgumentException if there are checkpoints but none is whole, or the newest whole one is of
     *     another configuration, or there is patience without validation data
     */
    public boolean train(NDManager manager) {
        try (NDManager own = manager.newSubManager();
                Optimizer optimizer = Optimizer.of(setup.config.optimizer(), own, setup.model)) {
            return new TrainingLoop(setup, own, optimizer).run();
        }
    }
}
