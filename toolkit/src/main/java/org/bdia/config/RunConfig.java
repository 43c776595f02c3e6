package org.bdia.config;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.util.Locale;
import org.bdia.io.Sha256;

/**
 * Everything a run's result is a function of, the machine aside. Its canonical JSON names the run.
 *
 * @param task what is learnt, from which data
 * @param model the architecture
 * @param method what is computed
 * @param backprop how it is differentiated
 * @param verify whether rebuilt states are compared with fingerprints
 * @param precision what branches compute in; JSON does not say {@link Precision#FLOAT32}
 * @param train how it is trained
 * @param seed what weights, order, crops, γ and dropout are functions of
 */
public record RunConfig(
        TaskConfig task,
        ModelConfig model,
        Method method,
        Backprop backprop,
        boolean verify,
        @JacksonInject(value = Json.PRECISION, useInput = OptBoolean.TRUE)
                @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Json.Omitted.class)
                Precision precision,
        TrainConfig train,
        long seed) {

    /** A run in float32. */
    public RunConfig(
            TaskConfig task,
            ModelConfig model,
            Method method,
            Backprop backprop,
            boolean verify,
            TrainConfig train,
            long seed) {
        this(task, model, method, backprop, verify, Precision.FLOAT32, train, seed);
    }

    /**
     * Checks that the parts fit together.
     *
     * @throws IllegalArgumentException if the model is not of the task's kind or cannot be built, the method cannot be
     *     differentiated this way, training is not {@linkplain TrainConfig#requireConsistent consistent}, or the head of an image model is to work on slices of tokens
     */
    public RunConfig {
        if (!kind(task).isInstance(model)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the task %s needs a %s, but its model is a %s",
                            task.label(),
                            kind(task).getSimpleName(),
                            model.getClass().getSimpleName()));
        }
        model.requireBuildable();
        backprop.requireSupports(method);
        train.requireConsistent();
        if (train.headTokens() > 0 && model instanceof VitConfig) {
            throw new IllegalArgumentException(
                    "train.headTokens is "
                            + train.headTokens()
                            + ", but an image model has one output per image and none per token; leave the key out");
        }
    }

    private static Class<? extends ModelConfig> kind(TaskConfig task) {
        if (task instanceof TaskConfig.Images || task instanceof OwnData.Images) {
            return VitConfig.class;
        }
        boolean pairs = task instanceof TaskConfig.Translation || task instanceof OwnData.Pairs;
        return pairs ? Seq2SeqConfig.class : GptConfig.class;
    }

    /** Returns a copy with another model. */
    public RunConfig withModel(ModelConfig value) {
        return Records.with(this, "model", value);
    }

    /** Returns a copy with another training configuration. */
    public RunConfig withTrain(TrainConfig value) {
        return Records.with(this, "train", value);
    }

    /** Returns a copy whose branches compute in another precision. */
    public RunConfig withPrecision(Precision value) {
        return Records.with(this, "precision", value);
    }

    /** The execution of the model's stacks. */
    public Execution execution() {
        return Execution.of(backprop).withVerify(verify).withPrecision(precision);
    }

    /** The run's name: the first 12 hexadecimal digits of the SHA-256 of {@link #json}. */
    public String id() {
        return Sha256.of(json()).substring(0, 12);
    }

    /** The canonical JSON, in one line. */
    public String json() {
        return Json.canonical(this);
    }
}
