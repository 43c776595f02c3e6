package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import org.bdia.TensorTest;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrossEntropyTest extends TensorTest {

    private NDArray scores;

    @BeforeEach
    void open() {
        scores = manager.create(new float[] {1, 2, 0, 3, -1, 1}, new Shape(1, 2, 3));
    }

    @ParameterizedTest
    @ValueSource(longs = {CrossEntropy.IGNORED, -100})
    void ignoredLabelsDoNotCount(long ignored) {
        NDArray first = scores.get(":, :1");
        float expected = CrossEntropy.mean(first, labels(2), 0.1).getFloat();

        assertThat(CrossEntropy.mean(scores, labels(2, ignored), 0.1).getFloat())
                .isEqualTo(expected);
        assertThat(CrossEntropy.right(scores, labels(1, ignored))).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatStandsInIgnoredRowsDoesNotMatter(float value) {
        for (double smoothing : new double[] {0, 0.1}) {
            NDArray broken = scores.duplicate();
            broken.set(new NDIndex(":, 1"), value);
            broken.setRequiresGradient(true);
            NDArray loss =
                    Autograd.differentiate(
                            () -> CrossEntropy.mean(broken, labels(2, -100), smoothing));

            NDArray first = scores.get(":, :1");
            first.setRequiresGradient(true);
            NDArray alone =
                    Autograd.differentiate(() -> CrossEntropy.mean(first, labels(2), smoothing));
            assertThat(loss.getFloat()).isEqualTo(alone.getFloat());
            float[] gradient = first.getGradient().toFloatArray();
            assertThat(broken.getGradient().toFloatArray())
                    .containsExactly(gradient[0], gradient[1], gradient[2], 0, 0, 0);
        }
    }

    @Test
    void nothingToCountIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CrossEntropy.mean(scores, labels(-1, -100), 0))
                .withMessage(
                        "all 2 labels are ignored (-1 or -100), so there is nothing to average; leave the batch out");
    }

    @ParameterizedTest
    @ValueSource(longs = {3, -2})
    void otherLabelsAreRefused(long label) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CrossEntropy.mean(scores, labels(0, label), 0))
                .withMessage(
                        "label 1 of 2 is "
                                + label
                                + ", but there are 3 classes: labels are 0 to 2, or -1 or -100 to be ignored");
    }

    private NDArray labels(long... ids) {
        return manager.create(ids, new Shape(1, ids.length));
    }
}
