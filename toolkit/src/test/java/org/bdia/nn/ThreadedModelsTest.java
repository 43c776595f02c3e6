package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.reversible.StepKey;
import org.junit.jupiter.api.Test;

/** Models that are made and trained on two threads have the weights and losses that each has alone. */
class ThreadedModelsTest {

    private static final int THREADS = 2;
    private static final int MODELS = 8;
    private static final int STEPS = 3;

    @Test
    void weightsAndEmbeddingsAreThoseOfEachAlone() throws Exception {
        List<Callable<List<Float>>> works = new ArrayList<>();
        List<List<Float>> alone = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            long seed = i;
            works.add(() -> losses(seed));
            alone.add(losses(seed));
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<List<Float>> together = new ArrayList<>();
            for (Future<List<Float>> losses : threads.invokeAll(works)) {
                together.add(losses.get());
            }
            assertThat(together).isEqualTo(alone);
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<Float> losses(long seed) {
        List<Float> losses = new ArrayList<>();
        var config = new GptConfig(11, 4, 8, 1, 2, 8, 0.3, ActivationConfig.GELU);
        for (int i = 0; i < MODELS; i++) {
            try (NDManager manager = NDManager.newBaseManager()) {
                var model = new Gpt(config, Method.bdia(0.5), Backprop.REVERSIBLE);
                model.initialize(manager, seed);
                NDArray ids = manager.create(new long[][] {{1, 2, 3, 4}});
                for (int step = 0; step < STEPS; step++) {
                    var draw = new StepKey(seed, step, new long[] {0});
                    losses.add(model.differentiate(new NDList(ids), y -> y.square().mean(), draw));
                }
            }
        }
        return losses;
    }
}
