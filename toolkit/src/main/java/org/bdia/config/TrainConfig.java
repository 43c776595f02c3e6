package org.bdia.config;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;

/**
 * Training: epochs, batch, learning rate, optimiser, regularisers.
 *
 * @param epochs passes over the training data, 1 or more
 * @param batch samples a step, 1 or more
 * @param schedule the learning rate
 * @param optimizer the optimiser
 * @param clipNorm the largest global norm of the gradient, 0 = not clipped
 * @param labelSmoothing the share of the target spread over all classes, 0 ≤ s &lt; 1
 * @param evaluateEvery epochs between evaluations on the validation data, 1 or more; the last epoch is always
 *     evaluated
 * @param checkpointEvery epochs between checkpoints, 1 or more; the end is always checkpointed
 * @param patience early stopping: training ends at the first evaluation so many epochs, 1 or more, after the one with the lowest
 *     validation loss; 0 to train all epochs, which JSON does not say. The schedule stays that of all epochs: training that
 *     stops early never reaches its end
 * @param headTokens how many tokens' logits and loss are computed at a time, 1 or more: 128 saves memory where the vocabulary is
 *     large, and changes gradients by rounding alone; 0 for all at once, which JSON does not say. Language models only
 */
public record TrainConfig(
        int epochs,
        int batch,
        Schedule schedule,
        OptimizerConfig optimizer,
        double clipNorm,
        double labelSmoothing,
        int evaluateEvery,
        int checkpointEvery,
        @JacksonInject(value = Json.PATIENCE, useInput = OptBoolean.TRUE)
                @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                int patience,
        @JacksonInject(value = Json.HEAD_TOKENS, useInput = OptBoolean.TRUE)
                @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                int headTokens) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the value that is out of range
     */
    public TrainConfig {
        atLeastOne("epochs", epochs);
        atLeastOne("batch", batch);
        atLeastOne("evaluateEvery", evaluateEvery);
        atLeastOne("checkpointEvery", checkpointEvery);
        if (patience < 0) {
            throw new IllegalArgumentException(
                    "patience must be at least 1 epoch, or 0 to train all epochs, but is "
                            + patience);
        }
        if (headTokens < 0) {
            throw new IllegalArgumentException(
                    "headTokens must be at least 1 token, or 0 for all at once, but is "
                            + headTokens);
        }
        if (!(clipNorm >= 0)) {
            throw new IllegalArgumentException(
                    "clipNorm must be above 0, or 0 for no clipping, but is " + clipNorm);
        }
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new IllegalArgumentException(
                    "labelSmoothing must be at least 0 and below 1, but is " + labelSmoothing);
        }
    }

    /**
     * AdamW with decay 0.05, warm-up over 40 steps, cosine to a hundredth, norm clipped to 1.
     *
     * @param epochs passes over the training data
     * @param batch samples a step
     * @param peak the highest learning rate
     */
    public static TrainConfig of(int epochs, int batch, double peak) {
        return new TrainConfig(
                epochs,
                batch,
                new Schedule.WarmupCosine(peak, 40, 0.01),
                OptimizerConfig.adamW(0.05),
                1,
                0,
                1,
                1,
                0,
                0);
    }

    /** Returns a copy over another number of epochs. */
    public TrainConfig withEpochs(int value) {
        return Records.with(this, "epochs", value);
    }

    /** Returns a copy with another batch size. */
    public TrainConfig withBatch(int value) {
        return Records.with(this, "batch", value);
    }

    /** Returns a copy with another schedule. */
    public TrainConfig withSchedule(Schedule value) {
        return Records.with(this, "schedule", value);
    }

    /** Returns a copy with another optimiser. */
    public TrainConfig withOptimizer(OptimizerConfig value) {
        return Records.with(this, "optimizer", value);
    }

    /** Returns a copy with another clipping norm. */
    public TrainConfig withClipNorm(double value) {
        return Records.with(this, "clipNorm", value);
    }

    /** Returns a copy with another label smoothing. */
    public TrainConfig withLabelSmoothing(double value) {
        return Records.with(this, "labelSmoothing", value);
    }

    /** Returns a copy with another number of epochs between evaluations. */
    public TrainConfig withEvaluateEvery(int value) {
        return Records.with(this, "evaluateEvery", value);
    }

    /** Returns a copy with another number of epochs between checkpoints. */
    public TrainConfig withCheckpointEvery(int value) {
        return Records.with(this, "checkpointEvery", value);
    }

    /** Returns a copy with early stopping after so many epochs without a lower validation loss, or 0 for none. */
    public TrainConfig withPatience(int value) {
        return Records.with(this, "patience", value);
    }

    /** Returns a copy that computes logits and loss for so many tokens at a time, or 0 for all at once. */
    public TrainConfig withHeadTokens(int value) {
        return Records.with(this, "headTokens", value);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
    }
}
