package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stacks on several threads share the engine's one generator and its compiled functions. */
class ThreadsTest extends TensorTest {

    private static final int DEPTH = 3;
    private static final int BATCH = 2;
    private static final int STEPS = 20;
    private static final float DROPOUT = 0.4f;

    /** How long a branch waits for what must not happen. */
    private static final long PATIENCE_MILLIS = 300;

    private ExecutorService threads;

    @BeforeEach
    void open() {
        threads = Executors.newFixedThreadPool(2);
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
    }

    @Test
    void noOtherThreadSeedsBetweenASeedAndItsDraws() throws Exception {
        var pause = new AtomicReference<Runnable>(() -> {});
        List<Block> branches = pausing(pause);
        NDArray x = Toy.input(manager, BATCH, 4, DataType.FLOAT32);
        List<Toy.Branch> others = Toy.branches(manager, DEPTH, DROPOUT, DataType.FLOAT32);
        List<ByteBuffer> alone = steps(branches, x, Backprop.REVERSIBLE, 1);

        var drawing = new CountDownLatch(1);
        var otherDone = new CountDownLatch(1);
        pause.set(
                () -> {
                    drawing.countDown();
                    await(otherDone);
                });
        Future<List<ByteBuffer>> first =
                threads.submit(() -> steps(branches, x, Backprop.REVERSIBLE, 1));
        assertThat(drawing.await(1, TimeUnit.MINUTES)).isTrue();
        threads.submit(() -> steps(others, x, Backprop.REVERSIBLE, 1)).get();
        otherDone.countDown();

        assertThat(first.get()).isEqualTo(alone);
    }

    @ParameterizedTest
    @EnumSource(Backprop.class)
    void eachStackGivesWhatItGivesAlone(Backprop backprop) throws Exception {
        List<Callable<List<ByteBuffer>>> works = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            List<Toy.Branch> branches = Toy.branches(manager, DEPTH + i, DROPOUT, DataType.FLOAT32);
            NDArray x = Toy.input(manager, BATCH, 4 + i, DataType.FLOAT32);
            works.add(() -> steps(branches, x, backprop, STEPS));
        }
        List<List<ByteBuffer>> alone = List.of(works.get(0).call(), works.get(1).call());

        assertThat(results(threads.invokeAll(works))).isEqualTo(alone);
    }

    private static List<List<ByteBuffer>> results(List<Future<List<ByteBuffer>>> futures)
            throws InterruptedException, ExecutionException {
        List<List<ByteBuffer>> results = new ArrayList<>();
        for (Future<List<ByteBuffer>> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    /** Outputs and gradients of some steps. */
    private List<ByteBuffer> steps(
            List<? extends Block> branches, NDArray x, Backprop backprop, int count) {
        List<ByteBuffer> results = new ArrayList<>();
        try (NDManager own = manager.newSubManager();
                ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), backprop)) {
            for (int step = 0; step < count; step++) {
                NDArray input = x.duplicate();
                input.attach(own);
                NDArray output = stack.forward(input, Toy.draw(BATCH, step));
                results.add(bits(output));
                results.add(bits(stack.backward(output)));
            }
        }
        return results;
    }

    private static ByteBuffer bits(NDArray array) {
        return ByteBuffer.wrap(array.toByteArray());
    }

    /** Toy branches of which the first one pauses between its seed and its dropout. */
    private List<Block> pausing(AtomicReference<Runnable> pause) {
        List<Block> branches =
                new ArrayList<>(Toy.branches(manager, DEPTH, DROPOUT, DataType.FLOAT32));
        Block pausing =
                new LambdaBlock(
                        list -> {
                            pause.getAndSet(() -> {}).run();
                            return new NDList(list);
                        },
                        "pause");
        branches.set(0, new SequentialBlock().add(pausing).add(branches.get(0)));
        branches.get(0).initialize(manager, DataType.FLOAT32, new Shape(1, 1, Toy.WIDTH));
        return branches;
    }

    private static void await(CountDownLatch latch) {
        try {
            boolean unused = latch.await(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
