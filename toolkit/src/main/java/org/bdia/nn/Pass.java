package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.bdia.reversible.BranchEvaluator;
import org.bdia.reversible.StateVisitor;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/** A way to compute a model's stages; the model describes them once, for all ways. */
interface Pass {

    /** Whether dropout is applied. */
    boolean training();

    /** Computes an embedding; a pass that draws dropout from the layer's own random key overrides this. */
    default NDArray embedding(int layer, Supplier<NDArray> embedding) {
        return embedding.get();
    }

    /** Returns a stage's output, owned by the caller. */
    NDArray output(Stage stage);

    /** The plain transformer, x<sub>k+1</sub> = x<sub>k</sub> + h<sub>k</sub>(x<sub>k</sub>), which autograd differentiates as a whole. */
    record Plain(ParameterStore store) implements Pass {

        @Override
        public boolean training() {
            return true;
        }

        @Override
        public NDArray output(Stage stage) {
            Checks.trainableByDjl(stage.stack().method(), stage.stack().dropPath());
            NDArray x = stage.embed().get();
            for (Block block : stage.blocks()) {
                NDList inputs = new NDList(x).addAll(stage.context());
                x = x.add(block.forward(store, inputs, true).singletonOrThrow());
            }
            return stage.head().apply(x);
        }
    }

    /**
     * Evaluation.
     *
     * @param stack computes x<sub>K</sub> of a stage from x<sub>0</sub>
     */
    record Inference(BiFunction<Stage, NDArray, NDArray> stack) implements Pass {

        /** With one γ for all samples; 0 is E[γ]. */
        static Inference at(double gamma) {
            return new Inference((stage, x) -> stage.stack().infer(x, stage.context(), gamma));
        }

        /** With γ drawn as in training. */
        static Inference drawn(StepKey draw, StateVisitor visitor) {
            return new Inference(
                    (stage, x) -> stage.stack().infer(x, stage.context(), draw, visitor));
        }

        /** Of new tokens alone, by branches that read the keys and values of earlier ones from a cache. */
        static Inference cached(BranchEvaluator branches) {
            return new Inference((stage, x) -> stage.stack().infer(x, branches));
        }

        @Override
        public boolean training() {
            return false;
        }

        @Override
        public NDArray output(Stage stage) {
            return Autograd.unrecorded(
                    () ->
                            Scoped.result(
                                    () ->
                                            stage.head()
                                                    .apply(
                                                            stack.apply(
                                                                    stage, stage.embed().get()))));
        }

        /** Returns a stage's state x<sub>K</sub>, owned by the caller. */
        NDArray state(Stage stage) {
            return Scoped.result(() -> stack.apply(stage, stage.embed().get()));
        }
    }
}
