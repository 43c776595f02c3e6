package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.torch.TorchScript;
import org.junit.jupiter.api.Test;

class TorchScriptTest {

    private static final int THREADS = 4;
    private static final int CALLS = 200;
    private static final int STACKS = 60;

    @Test
    void equalTextsAreLoadedOnceAndOutliveTheArraysOfTheirFirstCall() {
        int before = TorchScript.loaded();
        for (int i = 0; i < 3; i++) {
            try (NDManager manager = NDManager.newBaseManager()) {
                assertThat(twiceAndOne(manager, i)).isEqualTo(2f * i + 1);
            }
        }
        assertThat(TorchScript.loaded()).isLessThanOrEqualTo(before + 1);
    }

    @Test
    void anotherStackOverTheSameWeightsLoadsNothing() {
        try (NDManager manager = NDManager.newBaseManager()) {
            List<Toy.Branch> branches = Toy.branches(manager, 3, 0.1f, DataType.FLOAT32);
            NDArray x = Toy.input(manager, 2, 3, DataType.FLOAT32);
            step(branches, x);
            int loaded = TorchScript.loaded();
            for (int i = 0; i < STACKS; i++) {
                step(branches, x);
            }
            assertThat(TorchScript.loaded()).isEqualTo(loaded).isPositive();
        }
    }

    private static void step(List<Toy.Branch> branches, NDArray x) {
        try (ReversibleStack stack =
                ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE)) {
            NDArray y = stack.forward(x, Toy.draw(2, 1));
            stack.backward(y).close();
            y.close();
        }
    }

    @Test
    void threadsMayCallOneFunctionAtATime() throws Exception {
        List<Callable<Boolean>> works =
                new ArrayList<>(Collections.nCopies(THREADS, TorchScriptTest::manyCalls));
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<Boolean> right : threads.invokeAll(works)) {
                assertThat(right.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static boolean manyCalls() {
        boolean right = true;
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int i = 0; i < CALLS; i++) {
                right &= twiceAndOne(manager, i) == 2f * i + 1;
            }
        }
        return right;
    }

    private static float twiceAndOne(NDManager manager, float value) {
        try (NDArray x = manager.create(value);
                NDArray y = new TorchScript("x", "return torch.add(x, torch.add(x, 1))").call(x)) {
            return y.getFloat();
        }
    }
}
