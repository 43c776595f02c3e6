package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.bdia.nn.Attention.Pattern;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AttentionTest {

    /** DJL gives the memory of a Java number in a recorded product back before the graph is done with it. */
    @ParameterizedTest
    @EnumSource(Pattern.class)
    void aGarbageCollectionBetweenForwardAndBackwardChangesNoGradient(Pattern pattern)
            throws InterruptedException {
        try (NDManager manager = NDManager.newBaseManager()) {
            Attention attention = new Attention(16, 4, pattern, 0);
            attention.initialize(manager, DataType.FLOAT32, new Shape(1, 6, 16));
            Engine.getEngine("PyTorch").setRandomSeed(3);
            NDArray x = manager.randomNormal(new Shape(2, 6, 16));
            float[] expected = gradient(attention, x, false);

            for (int attempt = 0; attempt < 5; attempt++) {
                assertThat(gradient(attention, x, true)).isEqualTo(expected);
            }
        }
    }

    @Test
    void aCausalTokenDoesNotSeeLaterOnes() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Attention attention = new Attention(8, 2, Pattern.CAUSAL, 0);
            attention.initialize(manager, DataType.FLOAT32, new Shape(1, 5, 8));
            NDArray x = manager.randomNormal(new Shape(1, 5, 8));
            NDArray changed = x.duplicate();
            changed.get(":, 4").addi(1f);

            float[] before = run(attention, x).get(":, 0:4").toFloatArray();
            NDArray after = run(attention, changed);

            assertThat(after.get(":, 0:4").toFloatArray()).isEqualTo(before);
            assertThat(after.get(":, 4").contentEquals(run(attention, x).get(":, 4"))).isFalse();
        }
    }

    private static NDArray run(Attention attention, NDArray x) {
        ParameterStore store = new ParameterStore(x.getManager(), false);
        return attention.forward(store, new NDList(x), true).singletonOrThrow();
    }

    private static float[] gradient(Attention attention, NDArray x, boolean collect)
            throws InterruptedException {
        NDArray leaf = Autograd.leaf(x);
        NDArray y = Autograd.recorded(() -> run(attention, leaf));
        List<ByteBuffer> reused = collect ? reuseFreedMemory() : List.of();
        Autograd.backward(y, y.stopGradient());
        assertThat(reused).hasSize(collect ? 20_000 : 0);
        return leaf.getGradient().toFloatArray();
    }

    /** Has freed direct memory given out again, with other numbers in it. */
    private static List<ByteBuffer> reuseFreedMemory() throws InterruptedException {
        System.gc();
        Thread.sleep(30); // the cleaner frees direct memory on its own thread
        List<ByteBuffer> buffers = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            buffers.add(
                    ByteBuffer.allocateDirect(4).order(ByteOrder.nativeOrder()).putFloat(0, 7f));
        }
        return buffers;
    }
}
