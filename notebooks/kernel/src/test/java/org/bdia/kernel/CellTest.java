package org.bdia.kernel;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.junit.jupiter.api.AfterEach;

/** A base of tests that evaluate cells, each in a session of its own. */
abstract class CellTest {
    final CellEvaluator cells = new CellEvaluator();

    @AfterEach
    final void endSession() {
        cells.close();
    }

    /** Evaluates a cell that fails. */
    CellError error(String code) {
        return catchThrowableOfType(CellError.class, () -> cells.evaluate(code));
    }
}
