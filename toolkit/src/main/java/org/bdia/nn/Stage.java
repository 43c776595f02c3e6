package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bdia.reversible.ReversibleStack;

/**
 * One stage of a model, embed → stack → head, evaluated by a {@link Pass}.
 *
 * @param embed returns x<sub>0</sub>, (B, T, D), deterministic, since training calls it twice
 * @param stack maps x<sub>0</sub> to x<sub>K</sub>
 * @param blocks the stack's residual branches, whole
 * @param context what every branch reads beside its state
 * @param head from x<sub>K</sub> to the output
 */
record Stage(
        Supplier<NDArray> embed,
        ReversibleStack stack,
        List<? extends Block> blocks,
        NDList context,
        UnaryOperator<NDArray> head) {

    /**
     * Returns the head, to compute a loss in slices of tokens.
     *
     * @param model for the message
     * @throws IllegalArgumentException if the head does not map each token to logits
     */
    TokenHead tokens(Object model) {
        if (head instanceof TokenHead tokens) {
            return tokens;
        }
        throw SlicedLoss.refused(model);
    }

    /** Returns the same stage, whose head reads the last token's state alone, (B, 1, D). */
    Stage ofLastToken() {
        return new Stage(embed, stack, blocks, context, state -> head.apply(state.get(":, -1:")));
    }
}
