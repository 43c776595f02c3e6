package org.bdia.config;

/** The weights that fine-tuning begins with. */
public sealed interface Start {

    /** Drawn from the run's seed. */
    record Scratch() implements Start {}

    /**
     * Published GPT-2 weights.
     *
     * @param file a safetensors file in the data folder, for example {@code gpt2/model.safetensors}
     */
    record Published(String file) implements Start {}

    /**
     * Those of another run: the same model, trained as the plain transformer from the same seed.
     *
     * @param text what it was trained on
     * @param train how
     */
    record Pretrained(TaskConfig.Text text, TrainConfig train) implements Start {}
}
