package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bdia.reversible.BlockUpdates;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;

/**
 * Back-propagation through stages: each stack differentiates itself, and embeddings and heads are recomputed rather than kept, so
 * that nothing of their graphs lives during the stacks' passes. Used once.
 */
final class TrainingPass implements Pass {

    /**
     * A stage that a later one reads.
     *
     * @param state x<sub>K</sub>, a leaf
     * @param output head(x<sub>K</sub>), a leaf whose gradient accumulates over all that read it
     */
    private record Finished(Stage stage, NDArray state, NDArray output) {}

    private final StepKey draw;
    private final BlockUpdates updates;
    private final Deque<Finished> finished = new ArrayDeque<>();
    private final List<ReversibleStack> stacks = new ArrayList<>();

    TrainingPass(StepKey draw, BlockUpdates updates) {
        this.draw = draw;
        this.updates = updates;
    }

    @Override
    public boolean training() {
        return true;
    }

    @Override
    public NDArray embedding(int layer, Supplier<NDArray> embedding) {
        return Autograd.seeded(draw.engineSeed(layer), embedding);
    }

    @Override
    public NDArray output(Stage stage) {
        NDArray state = Autograd.leaf(forward(stage));
        NDArray output = Autograd.leaf(Autograd.unrecorded(() -> stage.head().apply(state)));
        finished.push(new Finished(stage, state, output));
        return output;
    }

    /** A loss of the last stage, differentiated down to the leaf that holds the stage's state. */
    interface Loss {
        double differentiate(Stage last, NDArray leaf);
    }

    /** The loss of a whole output. */
    static Loss whole(UnaryOperator<NDArray> loss) {
        return (last, leaf) -> {
            try (NDScope scope = new NDScope()) {
                return Autograd.differentiate(() -> loss.apply(last.head().apply(leaf))).getFloat();
            }
        };
    }

    /**
     * Differentiates a model, adding to the gradients that its parameters hold; its stacks are left without a forward pass.
     *
     * @param model runs all stages but the last through this pass, and returns the last
     * @return the loss
     */
    float differentiate(Supplier<Stage> model, Loss loss) {
        try (NDScope scope = new NDScope()) {
            Stage last = model.get();
            NDArray state = forward(last);
            NDArray leaf = Autograd.leaf(state);
            float value = (float) loss.differentiate(last, leaf);
            NDArray gradient = leaf.getGradient();
            leaf.close();
            state.close();
            backward(last, gradient);
            for (Finished stage : finished) {
                differentiate(
                        () -> stage.stage().head().apply(stage.state()),
                        stage.output().getGradient());
                backward(stage.stage(), stage.state().getGradient());
            }
            return value;
        } finally {
            stacks.forEach(ReversibleStack::close);
        }
    }

    private NDArray forward(Stage stage) {
        stacks.add(stage.stack());
        try (NDArray x = Autograd.unrecorded(stage.embed())) {
            return stage.stack().forward(x, stage.context(), draw, updates);
        }
    }

    private static void backward(Stage stage, NDArray gradient) {
        NDArray atFirst = stage.stack().backward(gradient);
        gradient.close();
        differentiate(stage.embed(), atFirst);
    }

    private static void differentiate(Supplier<NDArray> computation, NDArray gradient) {
        try (NDScope scope = new NDScope()) {
            Autograd.differentiateIfTrained(computation, gradient);
        }
    }
}
