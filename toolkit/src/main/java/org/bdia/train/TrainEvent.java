package org.bdia.train;

import java.nio.file.Path;
import java.util.Map;

/** An event of training, as a listener receives it. */
public sealed interface TrainEvent {

    /** The steps made so far. */
    long step();

    /**
     * A step was made.
     *
     * @param step the steps made so far, this one included
     * @param totalSteps the steps of the whole run
     * @param epoch the step's epoch, from 0
     * @param loss the batch's mean loss, over images or tokens
     * @param learningRate the step's learning rate
     * @param gradientNorm the global norm before clipping
     * @param samplesPerSecond training samples per second since the last step event
     */
    record Step(
            long step,
            long totalSteps,
            int epoch,
            double loss,
            double learningRate,
            double gradientNorm,
            double samplesPerSecond)
            implements TrainEvent {}

    /**
     * Something was measured.
     *
     * <p>On validation and test data metrics are means over the units that count, images or tokens, or follow from such means. The loss of {@code train} is the
     * mean over the epoch's steps of their batches' losses, while the weights changed; of translation and completions, whose batches
     * have different numbers of tokens, it is not the mean over tokens.
     *
     * @param step the steps made so far
     * @param epoch the epochs finished
     * @param split train, val or test
     * @param metrics the loss and whatever the task measures
     */
    record Evaluated(long step, int epoch, String split, Map<String, Double> metrics)
            implements TrainEvent {}

    /**
     * Training stops early, see {@link org.bdia.config.TrainConfig#patience}.
     *
     * @param step the steps made
     * @param epoch the epochs finished
     * @param bestEpoch the one with the lowest validation loss
     */
    record Stopped(long step, int epoch, int bestEpoch) implements TrainEvent {}

    /** The step has a checkpoint: it was written, or it was there already. */
    record Checkpointed(long step, Path path) implements TrainEvent {}

    /** A run starts from scratch; events of earlier attempts are void. */
    record Started(long step) implements TrainEvent {}

    /**
     * A damaged checkpoint was passed over, or the weights of the best epoch are damaged or missing, so that there are none.
     *
     * @param step the checkpoint's, or of the best epoch's weights the steps made so far
     * @param message what is wrong
     */
    record Refused(long step, String message) implements TrainEvent {}

    /**
     * A run went on from a checkpoint.
     *
     * @param step the checkpoint's
     * @param totalSteps the steps of the whole run
     */
    record Resumed(long step, long totalSteps, Path path) implements TrainEvent {}
}
