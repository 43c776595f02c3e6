package org.bdia.config;

/** When a training step changes the weights; {@link ClipBy} says how its gradients are clipped. */
public enum Update {
    /** All at the end of the backward pass, when the gradients of all parameters are alive. */
    AFTER_BACKWARD,

    /**
     * Updates each block in the backward pass once its gradient is complete, and frees the gradient. Only one block's gradients
     * exist at a time, plus those of parameters outside the blocks or in several of them, which are updated at the end. Without clipping the weights are those of
     * {@link #AFTER_BACKWARD}, bit for bit. A gradient that a block's parameter has from elsewhere, such as a penalty on the weights in the loss, ends
     * the training with an error.
     *
     * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025, online back-propagation</a>
     */
    PER_BLOCK
}
