package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models by inner products: every way of differentiating agrees bit for bit, and with the plain kernels up to rounding. */
@ExtendWith(ChosenProducts.Inner.class)
class InnerProductsTest extends TensorTest {

    private static final ActivationConfig GELU = ActivationConfig.GELU;
    private static final Execution STORE = Execution.of(Backprop.STORE);
    private static final Execution REVERSIBLE = Execution.of(Backprop.REVERSIBLE).withVerify(true);
    private static final int BATCH = 20;

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
                StepGradients.assertSame(gradients(model, method, execution), stored);
            }
        }
        StepGradients.assertSame(
                gradients(model, Method.bdia(0.5), REVERSIBLE.withChunkTokens(64)),
                gradients(model, Method.bdia(0.5), STORE.withChunkTokens(64)));
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreThoseOfOtherProductsUpToRounding(Model model) {
        List<float[]> inner = gradients(model, Method.bdia(0.5), STORE);
        System.setProperty(ChosenProducts.PROPERTY, "linear");
        List<float[]> linear = gradients(model, Method.bdia(0.5), STORE);

        double distance = StepGradients.distance(inner, linear);
        assertThat(distance).as("%s", model).isLessThan(1e-5);
    }

    private List<float[]> gradients(Model model, Method method, Execution execution) {
        GuardSubject subject = model.make.of(method, execution, GELU, manager);
        List<float[]> all = StepGradients.of(subject, BATCH, 0, manager);
        assertThat(subject.model().kernels().refused()).isEmpty();
        return all;
    }
}
