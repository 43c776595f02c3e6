package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bdia.nn.Seq2Seq;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;

/** The loss and the gradients of one step of a {@link GuardSubject}, to be compared with those of another. */
final class StepGradients {

    private StepGradients() {}

    /** Returns the loss, and the gradients of all parameters that have one. */
    static List<float[]> of(GuardSubject subject, int batchSize, int epoch, NDManager manager) {
        List<float[]> all = new ArrayList<>();
        try (Batch batch = subject.task().training(manager, 3, epoch, 0, batchSize)) {
            float loss =
                    subject.model()
                            .differentiate(
                                    padded(batch),
                                    output -> subject.task().loss(output, batch.labels(), 0.1),
                                    new StepKey(3, epoch, batch.sampleIds()));
            all.add(new float[] {loss});
        }
        Function<Parameter, NDArray> array = Parameter::getArray;
        subject.model().getParameters().values().stream()
                .map(array)
                .filter(NDArray::hasGradient)
                .forEach(weight -> all.add(weight.getGradient().toFloatArray()));
        return all;
    }

    /** Returns the inputs, of which the last tokens of a sentence pair's source are padding. */
    static NDList padded(Batch batch) {
        if (batch.inputs().size() > 1) {
            batch.inputs().get(0).set(new NDIndex("::2, 3:"), Seq2Seq.PAD);
        }
        return batch.inputs();
    }

    static void assertSame(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Arrays.equals(found.get(i), expected.get(i))).as("array %d", i).isTrue();
        }
    }

    /** Returns the Euclidean norm of the difference of all gradients, relative to that of the expected ones. */
    static double distance(List<float[]> found, List<float[]> expected) {
        double difference = 0;
        double size = 0;
        for (int i = 1; i < expected.size(); i++) {
            for (int j = 0; j < expected.get(i).length; j++) {
                double right = expected.get(i)[j];
                difference += (found.get(i)[j] - right) * (found.get(i)[j] - right);
                size += right * right;
            }
        }
        return Math.sqrt(difference / size);
    }
}
