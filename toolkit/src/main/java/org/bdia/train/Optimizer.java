package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Pair;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.bdia.config.OptimizerConfig;
import org.bdia.torch.Autograd;

/**
 * An optimiser whose state can be seen, saved and restored: a step count, and two moments per parameter, which the
 * optimiser owns.
 */
public abstract sealed class Optimizer implements AutoCloseable permits AdamW, SetAdam {

    /** The elements of a parameter that an update computes with at a time, in whole rows. */
    public static final long ELEMENTS_AT_A_TIME = Rows.ELEMENTS;

    /** One parameter with its moments m and v. */
    record Slot(String name, Parameter parameter, NDArray weight, NDArray mean, NDArray variance) {}

    private final NDManager manager;
    private final Map<Parameter, Slot> slots = new LinkedHashMap<>();
    private final Map<Parameter, Integer> places = new HashMap<>();
    private final Set<Parameter> pending = new LinkedHashSet<>();
    private long step;

    Optimizer(NDManager parent, Block model) {
        manager = parent.newSubManager();
        for (Pair<String, Parameter> entry : model.getParameters()) {
            if (entry.getValue().requiresGradient()) {
                slots.computeIfAbsent(entry.getValue(), p -> slot(entry.getKey(), p));
                places.merge(entry.getValue(), 1, Integer::sum);
            }
        }
        if (slots.isEmpty()) {
            manager.close();
            throw new IllegalArgumentException(
                    "the model has no parameter to train; unfreeze one, or initialise the model");
        }
    }

    private Slot slot(String name, Parameter parameter) {
        NDArray weight = parameter.getArray();
        return new Slot(name, parameter, weight, zeros(weight), zeros(weight));
    }

    private NDArray zeros(NDArray weight) {
        NDArray zeros = manager.zeros(weight.getShape(), weight.getDataType());
        NDScope.unregister(zeros); // outlives whatever scope is open
        return zeros;
    }

    /**
     * Creates an optimiser of a model's parameters, its state on the manager's device.
     *
     * @param config which one, with its constants
     * @param manager whose device holds the state; the optimiser owns a manager of its own below it
     * @param model its parameters that require gradients are updated, now and later
     * @throws IllegalArgumentException if none does
     */
    public static Optimizer of(OptimizerConfig config, NDManager manager, Block model) {
        if (config instanceof OptimizerConfig.SetAdam setAdam) {
            return new SetAdam(setAdam, manager, model);
        }
        return new AdamW((OptimizerConfig.AdamW) config, manager, model);
    }

    /**
     * Moves every parameter along its gradient, and leaves the gradients as they are.
     *
     * @param learningRate the step's learning rate
     * @throws IllegalStateException if a parameter has been frozen since this optimiser was made
     */
    public void update(double learningRate) {
        begin();
        for (Slot slot : slots.values()) {
            update(slot, slot.weight()::getGradient, learningRate);
        }
    }

    private void update(Slot slot, Supplier<NDArray> gradient, double learningRate) {
        try (NDScope scope = new NDScope()) {
            Autograd.unrecorded(
                    () -> {
                        update(slot, gradient.get(), learningRate, step);
                        return null;
                    });
        }
    }

    /** Begins a step whose parameters are moved one by one. */
    void begin() {
        for (Slot slot : slots.values()) {
            if (!slot.parameter().requiresGradient()) {
                throw new IllegalStateException(
                        slot.name()
                                + " was frozen after this optimiser was made, which would move it still: expected the"
                                + " parameters that required gradients then; freeze it before training, or make a"
                                + " new optimiser");
            }
        }
        step++;
        pending.addAll(slots.keySet());
    }

    /** Returns whether a parameter is trained and used in one place only. */
    boolean isAlone(Parameter parameter) {
        return places.getOrDefault(parameter, 0) == 1;
    }

    /** Moves one parameter, once a step, along a gradient that need not be the one it holds. */
    void update(Parameter parameter, NDArray gradient, double learningRate) {
        Slot slot = slots.get(parameter);
        if (!pending.remove(parameter)) {
            throw new IllegalStateException(
                    slot.name()
                            + " was updated by one block and is part of another: expected a parameter of one block"
                            + " alone; register it with every block that has it, or train with update"
                            + " AFTER_BACKWARD");
        }
        update(slot, () -> gradient, learningRate);
    }

    /**
     * Refuses a gradient that came to a parameter from elsewhere than the block that moved it in this step, and so was left out.
     *
     * @throws IllegalStateException if there is one
     */
    void requireComplete() {
        for (Slot slot : slots.values()) {
            if (!pending.contains(slot.parameter())) {
                try (NDArray own = JniUtils.getGradient((PtNDArray) slot.weight())) {
                    if (own != null && GlobalNorm.of(List.of(own)) != 0) {
                        throw new IllegalStateException(
                                slot.name()
                                        + " was updated by its block and has a gradient from elsewhere too, which was"
                                        + " left out: expected a parameter that one block alone reads, from the parameter"
                                        + " store; train with update AFTER_BACKWARD, as a penalty on the weights"
                                        + " needs, or register the parameter with every block that reads it");
                    }
                }
            }
        }
    }

    /** The parameters that the step has not moved yet, with the gradients that they hold. */
    Map<Parameter, NDArray> pending() {
        Map<Parameter, NDArray> gradients = new LinkedHashMap<>();
        pending.forEach(parameter -> gradients.put(parameter, parameter.getArray().getGradient()));
        return gradients;
    }

    /** Sets every gradient to zero, in place. */
    public void zeroGradients() {
        for (Slot slot : slots.values()) {
            JniUtils.zeroGrad((PtNDArray) slot.weight());
        }
    }

    /** One parameter's step t ≥ 1, everything in place. */
    abstract void update(Slot slot, NDArray gradient, double learningRate, long t);

    /** m ← β1 m + (1−β1) g, v ← β2 v + (1−β2) g². */
    static void moments(Slot slot, NDArray gradient, double beta1, double beta2) {
        Rows.each(
                gradient.getShape(),
                part -> {
                    NDArray g = part.apply(gradient);
                    part.apply(slot.mean()).muli(beta1).addi(g.mul(1 - beta1));
                    part.apply(slot.variance()).muli(beta2).addi(g.square().muli(1 - beta2));
                });
    }

    /** The updates made so far. */
    public long step() {
        return step;
    }

    /** The moments, named {@code PARAMETER.m} and {@code PARAMETER.v}; owned by the optimiser. */
    public NDList state() {
        NDList state = new NDList();
        for (Slot slot : slots.values()) {
            slot.mean().setName(slot.name() + ".m");
            slot.variance().setName(slot.name() + ".v");
            state.add(slot.mean());
            state.add(slot.variance());
        }
        return state;
    }

    /**
     * Takes over a saved state, all of it or nothing.
     *
     * @param state as {@link #state} gave it
     * @param steps the updates made when it was saved
     * @throws IllegalArgumentException if an array is missing, superfluous, or of another shape
     */
    public void restore(NDList state, long steps) {
        Weights.requireSame(state, state(), "the optimiser state");
        Weights.copy(state, state());
        resumeAt(steps);
    }

    /** Sets the step count after the moments were restored. */
    void resumeAt(long steps) {
        step = steps;
    }

    @Override
    public void close() {
        manager.close();
    }
}
