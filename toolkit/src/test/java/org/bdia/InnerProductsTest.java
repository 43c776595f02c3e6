package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.nn.Seq2Seq;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models by inner products: every way of differentiating agrees bit for bit, and with the plain kernels up to rounding. */
class InnerProductsTest extends TensorTest {

    private static final String PROPERTY = "bdia.products";
    private static final ActivationConfig GELU = ActivationConfig.GELU;
    private static final Execution STORE = Execution.of(Backprop.STORE);
    private static final Execution REVERSIBLE = Execution.of(Backprop.REVERSIBLE).withVerify(true);
    private static final int BATCH = 20;

    @BeforeEach
    void useThem() {
        System.setProperty(PROPERTY, "inner");
    }

    @AfterEach
    void useWhatTheProcessorWants() {
        System.clearProperty(PROPERTY);
    }

    /** A model, named; all have dropout and skip branches. */
    private record Model(String name, GuardSubject.Make make) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Model> models() {
        return Stream.of(
                new Model("vit", GuardSubject::vit),
                new Model("locality vit", GuardSubject::localityVit),
                new Model("gpt", GuardSubject::gpt),
                new Model("seq2seq", GuardSubject::seq2Seq));
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyWayOfDifferentiatingGivesTheSameBits(Model model) {
        for (Method method : List.of(Method.bdia(0.5), Method.standard(), Method.midpoint())) {
            List<float[]> stored = gradients(model, method, STORE);
            List<Execution> others =
                    method.equals(Method.standard())
                            ? List.of(Execution.of(Backprop.CHECKPOINT))
                            : List.of(
                                    Execution.of(Backprop.CHECKPOINT),
                                    REVERSIBLE,
                                    REVERSIBLE.withStored(1).withCheckpointed(1));
            for (Execution execution : others) {
                assertSame(gradients(model, method, execution), stored);
            }
        }
        assertSame(
                gradients(model, Method.bdia(0.5), REVERSIBLE.withChunkTokens(64)),
                gradients(model, Method.bdia(0.5), STORE.withChunkTokens(64)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreThoseOfOtherProductsUpToRounding(Model model) {
        List<float[]> inner = gradients(model, Method.bdia(0.5), STORE);
        System.setProperty(PROPERTY, "linear");
        List<float[]> linear = gradients(model, Method.bdia(0.5), STORE);

        double distance = distance(inner, linear);
        assertThat(distance).as("%s", model).isLessThan(1e-5);
    }

    private List<float[]> gradients(Model model, Method method, Execution execution) {
        GuardSubject subject = model.make.of(method, execution, GELU, manager);
        List<float[]> all = new ArrayList<>();
        try (Batch batch = subject.task().training(manager, 3, 0, 0, BATCH)) {
            float loss =
                    subject.model()
                            .differentiate(
                                    padded(batch),
                                    output -> subject.task().loss(output, batch.labels(), 0.1),
                                    new StepKey(3, 0, batch.sampleIds()));
            all.add(new float[] {loss});
        }
        assertThat(subject.model().kernels().refused()).isEmpty();
        Function<Parameter, NDArray> array = Parameter::getArray;
        subject.model().getParameters().values().stream()
                .map(array)
                .filter(NDArray::hasGradient)
                .forEach(weight -> all.add(weight.getGradient().toFloatArray()));
        return all;
    }

    /** The inputs, of which the last tokens of a sentence pair's source are padding. */
    private static NDList padded(Batch batch) {
        if (batch.inputs().size() > 1) {
            batch.inputs().get(0).set(new NDIndex("::2, 3:"), Seq2Seq.PAD);
        }
        return batch.inputs();
    }

    private static void assertSame(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(Arrays.equals(found.get(i), expected.get(i))).as("array %d", i).isTrue();
        }
    }

    /** The Euclidean norm of the difference of all gradients, relative to the expected ones'. */
    private static double distance(List<float[]> found, List<float[]> expected) {
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
