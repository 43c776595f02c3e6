package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.util.function.UnaryOperator;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.reversible.BlockUpdates;
import org.bdia.reversible.StateVisitor;
import org.bdia.reversible.StepKey;

/** A model built around reversible stacks: predicts, and computes a loss with its gradients. */
public interface ReversibleModel extends Block {

    /** Returns the model of an architecture, without weights; throws what its constructor does. */
    static ReversibleModel of(ModelConfig config, Method method, Execution execution) {
        if (config instanceof VitConfig vit) {
            return new VisionTransformer(vit, method, execution);
        }
        return config instanceof GptConfig gpt
                ? new Gpt(gpt, method, execution)
                : new Seq2Seq((Seq2SeqConfig) config, method, execution);
    }

    /**
     * Draws the weights.
     *
     * @param manager whose device they are on
     * @param seed what they are a function of
     */
    void initialize(NDManager manager, long seed);

    /**
     * The output in evaluation: no dropout, E[γ] = 0, no graph kept.
     *
     * @param inputs as {@link Block#forward} takes them
     * @return the output, for example class scores (B, C); the caller owns it
     */
    default NDArray predict(NDList inputs) {
        return predict(inputs, 0);
    }

    /**
     * {@link #predict(NDList)} with the BDIA update and one γ for all samples and all blocks but each stack's first, instead
     * of E[γ] = 0.
     *
     * @param gamma γ, −1 to 1
     * @throws IllegalArgumentException if γ is out of range, or is not 0 although the method has none
     */
    NDArray predict(NDList inputs, double gamma);

    /**
     * {@link #predict(NDList)} by the step of training, with the γ that it draws instead of E[γ] = 0; no dropout.
     *
     * @param draw seed, step and the B samples' ids
     * @param visitor sees the states of every stack, one stack after the other
     */
    NDArray predict(NDList inputs, StepKey draw, StateVisitor visitor);

    /**
     * One forward and backward pass. Gradients are added to those that the parameters already hold.
     *
     * @param inputs as {@link Block#forward} takes them
     * @param loss from the output to a scalar; called once, with gradients recorded
     * @param draw what γ and dropout masks are a function of
     * @return the loss
     */
    default float differentiate(NDList inputs, UnaryOperator<NDArray> loss, StepKey draw) {
        return differentiate(inputs, loss, draw, BlockUpdates.NONE);
    }

    /**
     * {@link #differentiate(NDList, UnaryOperator, StepKey)} that hands out gradients of blocks as soon as they are complete.
     *
     * @param updates takes them, after the loss is known and before the pass has ended
     */
    float differentiate(
            NDList inputs, UnaryOperator<NDArray> loss, StepKey draw, BlockUpdates updates);

    /**
     * {@link #differentiate(NDList, UnaryOperator, StepKey, BlockUpdates)} of a loss over tokens, slice by slice: the logits of a slice, its loss and
     * both their gradients are freed before the next slice. Gradients differ from those of the whole by rounding.
     *
     * @throws IllegalArgumentException if the head does not map each token to logits, or the loss is of another number of tokens
     */
    default float differentiate(
            NDList inputs, SlicedLoss loss, StepKey draw, BlockUpdates updates) {
        throw SlicedLoss.refused(this);
    }

    /** {@link #differentiate(NDList, SlicedLoss, StepKey, BlockUpdates)} that adds all gradients to those of the parameters. */
    default float differentiate(NDList inputs, SlicedLoss loss, StepKey draw) {
        return differentiate(inputs, loss, draw, BlockUpdates.NONE);
    }

    /**
     * The loss in evaluation, slice by slice, of the output that {@link #predict(NDList, double)} gives.
     *
     * @throws IllegalArgumentException as {@link #predict(NDList, double)} and {@link #differentiate(NDList, SlicedLoss, StepKey, BlockUpdates)}
     */
    default double loss(NDList inputs, double gamma, SlicedLoss loss) {
        throw SlicedLoss.refused(this);
    }

    /** Returns what selects the kernels of the model's branches; a model without fused kernels selects none. */
    default KernelSelector kernels() {
        return new KernelSelector();
    }
}
