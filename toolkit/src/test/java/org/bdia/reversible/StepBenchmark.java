package org.bdia.reversible;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.TimeUnit;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The step of exact BDIA there and back, fused and plain, on the base size's states (64, 64, 128); {@code copy} is the floor, one
 * pass over the same memory.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class StepBenchmark {

    private static final int BATCH = 64;
    private static final Shape STATE = new Shape(BATCH, 64, 128);

    /** Which kernels. */
    @Param public Kernels kernels;

    private NDManager manager;
    private Step step;
    private NDArray state;
    private NDArray current;
    private NDArray branch;
    private NDArray gamma;

    /** Two states and a branch. */
    @Setup(Level.Trial)
    public void open() {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        manager = NDManager.newBaseManager();
        step = Step.of(Method.bdia(0.5), kernels);
        state = step.enter(manager.randomNormal(0, 1, STATE, DataType.FLOAT32));
        current = step.enter(manager.randomNormal(0, 1, STATE, DataType.FLOAT32));
        branch = manager.randomNormal(0, 1, STATE, DataType.FLOAT32);
        float[] signs = new float[BATCH];
        for (int i = 0; i < BATCH; i++) {
            signs[i] = i % 2 == 0 ? 0.5f : -0.5f;
        }
        gamma = manager.create(signs, new Shape(BATCH, 1, 1));
    }

    /** Frees them. */
    @TearDown(Level.Trial)
    public void close() {
        manager.close();
    }

    /** One block's step forwards, side bits packed, and its inverse: the state is what it was before. */
    @Benchmark
    public void leapAndBack() {
        try (NDManager owner = manager.newSubManager()) {
            SideBits side = step.leap(state, current, branch, gamma, owner);
            step.back(state, current, branch, gamma, side);
        }
    }

    /** One block's step forwards without side bits, as inference and storing take it. */
    @Benchmark
    public void plain() {
        step.plain(current, branch).close();
    }

    /** The check of a state's range. */
    @Benchmark
    public void check() {
        step.check(1, current);
    }

    /** A copy of a state. */
    @Benchmark
    public void copy() {
        current.duplicate().close();
    }
}
