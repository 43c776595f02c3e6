package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.junit.jupiter.api.Test;

class ReconstructionTest {

    @Test
    void isExactOnTheGridAndDriftsInFloatingPoint() {
        try (NDManager manager = NDManager.newBaseManager()) {
            List<Toy.Branch> branches = Toy.branches(manager, 24, 0.1f, DataType.FLOAT32);
            NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
            Reconstruction exact = measure(branches, Method.bdia(0.5), x);
            Reconstruction drifting = measure(branches, Method.bdiaFloat(0.5), x);

            assertThat(exact.states()).hasSize(25);
            assertThat(exact.activations()).isEqualTo(25 * 45);
            assertThat(exact.mismatches()).isZero();
            assertThat(exact.inputError()).isZero();
            assertThat(drifting.mismatches()).isGreaterThan(45);
            assertThat(drifting.inputError()).isGreaterThan(drifting.states().get(20).maxError());
        }
    }

    @Test
    void leavesNoArraysBehind() {
        try (NDManager manager = NDManager.newBaseManager()) {
            List<Toy.Branch> branches = Toy.branches(manager, 4, 0f, DataType.FLOAT32);
            NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
            measure(branches, Method.bdia(0.25), x);
            int live = manager.getManagedArrays().size();
            measure(branches, Method.bdia(0.25), x);

            assertThat(manager.getManagedArrays()).hasSize(live);
        }
    }

    private static Reconstruction measure(List<Toy.Branch> branches, Method method, NDArray x) {
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.REVERSIBLE);
        return Reconstruction.of(stack, x, Toy.draw(3, 1));
    }
}
