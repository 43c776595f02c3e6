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
 * @param clipNorm the largest global norm of the gradient, finite, 0 = not clipped
 * @param labelSmoothing the share of the target spread over all classes, 0 ≤ s &lt; 1
 * @param evaluateEvery epochs between evaluations on the validation data, 1 or more; the last epoch is always
 *     evaluated
 * @param checkpointEvery epochs between checkpoints, 1 or more; the end is always checkpointed
 * @param patience epochs without a lower validation loss before training stops, 1 or more; 0 trains all. The schedule stays that of
 *     all epochs: training that stops early never reaches its end
 * @param update when a step changes the weights
 * @param clipBy the norm that clipNorm bounds
 * @param microBatches gradient accumulation: the parts of a batch that are differentiated one after another, 2 up to the batch, so that
 *     a step needs the memory of a part; 0 or 1, which becomes 0, for the whole batch. The gradient is that of the whole batch up to
 *     rounding; dropout draws other masks
 * @param headTokens tokens whose logits and loss are computed at a time: 128 saves memory where the vocabulary is large, and changes
 *     gradients by rounding alone; 0 for all at once. Language models only
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
        @JacksonInject(value = Json.UPDATE, useInput = OptBoolean.TRUE)
                @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Json.Omitted.class)
                Update update,
        @JacksonInject(value = Json.CLIP_BY, useInput = OptBoolean.TRUE)
                @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Json.Omitted.class)
                ClipBy clipBy,
        @JacksonInject(value = Json.MICRO_BATCHES, useInput = OptBoolean.TRUE)
                @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                int microBatches,
        @JacksonInject(value = Json.HEAD_TOKENS, useInput = OptBoolean.TRUE)
                @JsonInclude(JsonInclude.Include.NON_DEFAULT)
                int headTokens) {

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException naming the value that is out of range
     */
    public TrainConfig {
        Ranges.positive("epochs", epochs);
        Ranges.positive("batch", batch);
        Ranges.positive("evaluateEvery", evaluateEvery);
        Ranges.positive("checkpointEvery", checkpointEvery);
        if (patience < 0) {
            throw new IllegalArgumentException(
                    "patience must be at least 1 epoch, or 0 to train all epochs, but is "
                            + patience);
        }
        microBatches = microBatches == 1 ? 0 : microBatches;
        if (microBatches < 0) {
            throw new IllegalArgumentException(
                    "microBatches must be at least 1, or 0 for the batch in one piece, but is "
                            + microBatches);
        }
        if (headTokens < 0) {
            throw new IllegalArgumentException(
                    "headTokens must be at least 1 token, or 0 for all at once, but is "
                            + headTokens);
        }
        if (!(clipNorm >= 0 && Double.isFinite(clipNorm))) {
            throw new IllegalArgumentException(
                    "clipNorm must be above 0 and finite, or 0 for no clipping, but is "
                            + clipNorm);
        }
        Ranges.rate("labelSmoothing", labelSmoothing);
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
                Update.AFTER_BACKWARD,
                ClipBy.GLOBAL,
                0,
                0);
    }

    /** Returns the most samples that are computed at a time: the batch, or the largest of its parts. */
    public int samplesAtOnce() {
        int parts = Math.max(1, microBatches);
        return (batch + parts - 1) / parts;
    }

    /**
     * Returns how many samples an epoch leaves out: those that fill no batch. Their order differs from epoch to epoch.
     *
     * @param samples of the training data
     * @throws IllegalArgumentException if they do not fill one batch
     */
    public int leftOut(int samples) {
        if (samples < batch) {
            throw new IllegalArgumentException(
                    "the "
                            + samples
                            + " training samples do not fill one batch of "
                            + batch
                            + "; lower the batch size");
        }
        return samples % batch;
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

    /** Returns a copy whose batches are differentiated in so many parts, or 0 for one piece. */
    public TrainConfig withMicroBatches(int value) {
        return Records.with(this, "microBatches", value);
    }

    /** Returns a copy that changes the weights at another time. */
    public TrainConfig withUpdate(Update value) {
        return Records.with(this, "update", value);
    }

    /** Returns a copy that bounds another norm. */
    public TrainConfig withClipBy(ClipBy value) {
        return Records.with(this, "clipBy", value);
    }

    /**
     * Checks that the parts fit together.
     *
     * @throws IllegalArgumentException if the batch has fewer samples than parts, or gradients are to be clipped by a norm that is not
     *     known when they are used, or used before they are those of a whole batch
     */
    public void requireConsistent() {
        if (microBatches > batch) {
            throw new IllegalArgumentException(
                    "microBatches must be 1 to the batch of "
                            + batch
                            + " samples, or 0 for the batch in one piece, but is "
                            + microBatches);
        }
        if (update == Update.PER_BLOCK && microBatches > 0) {
            throw new IllegalArgumentException(
                    "update PER_BLOCK uses gradients in the backward pass, before those of all "
                            + microBatches
                            + " microBatches are added up; take update AFTER_BACKWARD, or microBatches 0");
        }
        if (clipNorm == 0) {
            return;
        }
        if (update == Update.PER_BLOCK && clipBy == ClipBy.GLOBAL) {
            throw new IllegalArgumentException(
                    "update PER_BLOCK cannot clip by the norm of all gradients, clipBy GLOBAL, which is known only when the"
                            + " first blocks have been updated; take clipBy BLOCK or PREVIOUS_STEP, or clipNorm 0");
        }
        if (update == Update.AFTER_BACKWARD && clipBy != ClipBy.GLOBAL) {
            throw new IllegalArgumentException(
                    "clipBy "
                            + clipBy
                            + " is for update PER_BLOCK; after the backward pass the norm of all gradients is known: take"
                            + " clipBy GLOBAL, or update PER_BLOCK");
        }
    }

    /** Returns a copy that computes logits and loss for so many tokens at a time, or 0 for all at once. */
    public TrainConfig withHeadTokens(int value) {
        return Records.with(this, "headTokens", value);
    }
}
