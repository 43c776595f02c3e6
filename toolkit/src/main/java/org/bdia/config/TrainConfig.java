package org.bdia.config;

/**
 * How a model is trained.
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
 */
public record TrainConfig(
        int epochs,
        int batch,
        Schedule schedule,
        OptimizerConfig optimizer,
        double clipNorm,
        double labelSmoothing,
        int evaluateEvery,
        int checkpointEvery) {

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
                1);
    }

    /** The same over another number of epochs. */
    public TrainConfig withEpochs(int value) {
        return Records.with(this, "epochs", value);
    }

    /** The same with another batch size. */
    public TrainConfig withBatch(int value) {
        return Records.with(this, "batch", value);
    }

    /** The same with another schedule. */
    public TrainConfig withSchedule(Schedule value) {
        return Records.with(this, "schedule", value);
    }

    /** The same with another optimiser. */
    public TrainConfig withOptimizer(OptimizerConfig value) {
        return Records.with(this, "optimizer", value);
    }

    /** The same with another clipping norm. */
    public TrainConfig withClipNorm(double value) {
        return Records.with(this, "clipNorm", value);
    }

    /** The same with another label smoothing. */
    public TrainConfig withLabelSmoothing(double value) {
        return Records.with(this, "labelSmoothing", value);
    }

    /** The same with another number of epochs between evaluations. */
    public TrainConfig withEvaluateEvery(int value) {
        return Records.with(this, "evaluateEvery", value);
    }

    /** The same with another number of epochs between checkpoints. */
    public TrainConfig withCheckpointEvery(int value) {
        return Records.with(this, "checkpointEvery", value);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
    }
}
