package org.bdia.experiment;

import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.measure.MemoryModel;

/**
 * The memory that a run's JVM needs, on the high side, by which a sweep chooses how many fit side by side: {@value
 * #JVM_MIB} MiB for JVM, libtorch and data, and what {@link MemoryModel} predicts of a training step.
 *
 * <p>An encoder–decoder, which that model does not know, counts as a GPT of its width with its encoder's blocks and two for
 * each of its decoder's, which attend twice; RevNet's two streams count as the plain transformer that stores.
 *
 * <p>Five laptop-sized runs of images and text on two cores (standard and BDIA, widths 64 and 256) had peaks of 0.56 to 0.92
 * GiB of resident memory where this says 1.0 to 1.3.
 */
final class MemoryEstimate {

    private static final int JVM_MIB = 1024;

    private MemoryEstimate() {}

    static long bytes(RunConfig config) {
        boolean streams = config.method().streams() > 1;
        MemoryModel model =
                MemoryModel.of(
                                predictable(config.model()),
                                streams ? Method.standard() : config.method())
                        .withHeadTokens(config.train().headTokens());
        Execution execution = streams ? Execution.of(Backprop.STORE) : config.execution();
        return (1L << 20) * JVM_MIB + model.total(execution, config.train().samplesAtOnce());
    }

    private static ModelConfig predictable(ModelConfig model) {
        return model instanceof Seq2SeqConfig pair
                ? new GptConfig(
                        pair.sourceVocabulary() + pair.targetVocabulary(),
                        pair.context(),
                        pair.width(),
                        pair.encoderDepth() + 2 * pair.decoderDepth(),
                        pair.heads(),
                        pair.mlp(),
                        pair.dropout(),
                        ActivationConfig.GELU)
                : model;
    }
}
