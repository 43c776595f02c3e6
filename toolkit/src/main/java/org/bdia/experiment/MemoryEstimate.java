package org.bdia.experiment;

import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.measure.MemoryModel;

/**
 * The memory that a run's JVM needs, on the high side, by which a sweep chooses how many fit side by side: {@value
 * #JVM_MIB} MiB for JVM, libtorch and data, and what {@link MemoryModel} predicts of a training step.
 *
 * <p>Five laptop-sized runs of images and text on two cores (standard and BDIA, widths 64 and 256) had peaks of 0.56 to 0.92
 * GiB of resident memory where this says 1.0 to 1.3.
 */
final class MemoryEstimate {

    private static final int JVM_MIB = 1024;

    private MemoryEstimate() {}

    static long bytes(RunConfig config) {
        // No such model can be built, but that is for its run to say.
        boolean refused = config.model() instanceof Seq2SeqConfig && config.method().streams() > 1;
        Method method = refused ? Method.standard() : config.method();
        Execution execution = refused ? Execution.of(Backprop.STORE) : config.execution();
        MemoryModel model =
                MemoryModel.of(config.model(), method).withHeadTokens(config.train().headTokens());
        return (1L << 20) * JVM_MIB + model.total(execution, config.train().samplesAtOnce());
    }
}
