package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.transformer.ScaledDotProductAttentionBlock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;
import org.bdia.torch.HostMemory;
import org.bdia.torch.Scoped;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A garbage collection between a forward and a backward pass changes no gradient. */
class HostMemoryTest extends TensorTest {

    private static final int DEPTH = 2;
    private static final int TOKENS = 3;
    private static final int WIDTH = 4;
    private static final int LARGEST_BUFFER = 64;
    private static final int BUFFERS = 4000;
    private static final int ROUNDS = 2;

    @ParameterizedTest
    @EnumSource(Backprop.class)
    void gradientsOfBranchesWithNumbersSurviveACollection(Backprop backprop) {
        Block branch =
                new LambdaBlock(
                        list -> new NDList(list.head().mul(0.37f).mul(numbers())), "own block");
        assertSurvives(branch, backprop);
    }

    @ParameterizedTest
    @EnumSource(Backprop.class)
    void gradientsOfAttentionThatScalesByNumbersSurviveACollection(Backprop backprop) {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        Block attention =
                ScaledDotProductAttentionBlock.builder()
                        .setEmbeddingSize(WIDTH)
                        .setHeadCount(2)
                        .optAttentionProbsDropoutProb(0)
                        .build();
        assertSurvives(attention, backprop);
    }

    private void assertSurvives(Block branch, Backprop backprop) {
        branch.initialize(manager, DataType.FLOAT32, new Shape(1, TOKENS, WIDTH));
        assertThat(gradient(branch, backprop, HostMemoryTest::collect))
                .isEqualTo(gradient(branch, backprop, () -> {}));
    }

    /** The gradient of a stack of branches that do something between their forward pass and what follows. */
    private float[] gradient(Block branch, Backprop backprop, Runnable afterRecording) {
        Block wrapped =
                new SequentialBlock()
                        .add(branch)
                        .add(
                                new LambdaBlock(
                                        list -> {
                                            if (Autograd.isRecording()) {
                                                afterRecording.run();
                                            }
                                            return list;
                                        },
                                        "after"));
        wrapped.initialize(manager, DataType.FLOAT32, new Shape(1, TOKENS, WIDTH));
        NDArray x = manager.arange(TOKENS * WIDTH).reshape(1, TOKENS, WIDTH).mul(0.1f);
        Execution plain = Execution.of(backprop).withKernels(Kernels.PLAIN);
        try (ReversibleStack stack =
                        ReversibleStack.of(
                                Collections.nCopies(DEPTH, wrapped), Method.bdia(0.5), plain);
                NDScope scope = new NDScope()) {
            NDArray y = stack.forward(x, Toy.draw(1, 1));
            return stack.backward(y).toFloatArray();
        }
    }

    private NDArray numbers() {
        return manager.create(new float[] {0.5f, 2, 1, 3});
    }

    @Test
    void aGraphThatIsDifferentiatedAtOnceSurvivesACollection() {
        NDArray leaf = Autograd.leaf(manager.ones(new Shape(2)));
        Autograd.differentiate(
                () -> {
                    NDArray loss = leaf.mul(0.37f).sum();
                    collect();
                    return loss;
                });
        assertThat(leaf.getGradient().toFloatArray()).containsExactly(0.37f, 0.37f);
    }

    @Test
    void arraysStayWithTheScopeThatTheyWouldBelongTo() {
        NDArray made;
        NDArray inner;
        try (var memory = new HostMemory();
                NDScope scope = new NDScope()) {
            NDArray[] both =
                    memory.of(
                            () -> {
                                NDArray two = manager.create(2f);
                                return new NDArray[] {
                                    two, Scoped.result(() -> manager.create(3f).add(two))
                                };
                            });
            made = both[0];
            inner = both[1];
            assertThat(memory.size()).isEqualTo(2);
            assertThat(inner.getFloat()).isEqualTo(5);
        }
        assertThat(List.of(made.isReleased(), inner.isReleased())).containsOnly(true);
    }

    @Test
    void afterAFailureScopesAreAsBefore() {
        var memory = new HostMemory();
        List<NDArray> made = new ArrayList<>();
        try (NDScope scope = new NDScope()) {
            assertThatThrownBy(
                            () ->
                                    memory.of(
                                            () -> {
                                                made.add(manager.create(2f));
                                                throw new IllegalStateException("on purpose");
                                            }))
                    .hasMessage("on purpose");
            made.add(manager.create(3f));
        }
        assertThat(made).allMatch(NDArray::isReleased);
        assertThat(memory.size()).as("only what was made inside").isEqualTo(1);
    }

    /** Collects garbage, and overwrites what memory it freed. */
    private static void collect() {
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            System.gc();
            try {
                Thread.sleep(20); // for the thread that frees buffers
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            for (int i = 0; i < BUFFERS; i++) {
                ByteBuffer buffer = ByteBuffer.allocateDirect(1 + i % LARGEST_BUFFER);
                while (buffer.hasRemaining()) {
                    buffer.put((byte) 0x7f);
                }
                buffers.add(buffer);
            }
        }
        assertThat(buffers).hasSize(ROUNDS * BUFFERS);
    }
}
