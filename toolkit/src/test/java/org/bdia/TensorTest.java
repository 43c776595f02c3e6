package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;

/** A base of tests that make arrays, which are freed after each test. */
public abstract class TensorTest {

    /** Owns the test's arrays. */
    protected final NDManager manager = NDManager.newBaseManager();

    /** Asserts that no run of a step but the first two leaves an array of the manager behind. */
    protected final void assertLiveArraysStayFlat(IntConsumer step) {
        int[] live = new int[6];
        for (int i = 0; i < live.length; i++) {
            step.accept(i);
            live[i] = manager.getManagedArrays().size();
        }
        assertThat(Arrays.copyOfRange(live, 2, 6)).containsOnly(live[1]);
    }

    @AfterEach
    final void freeArrays() {
        manager.close();
    }
}
