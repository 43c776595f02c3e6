package org.bdia;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;

/** A base of tests that make arrays, which are freed after each test. */
public abstract class TensorTest {

    /** Owns the test's arrays. */
    protected final NDManager manager = NDManager.newBaseManager();

    @AfterEach
    final void freeArrays() {
        manager.close();
    }
}
