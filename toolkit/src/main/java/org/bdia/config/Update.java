package org.bdia.config;

/** When a training step changes the weights; {@link ClipBy} says how its gradients are clipped. */
public enum Update {
    /** All at the end of the backward pass, when the gradients of all parameters are alive. */
    AFTER_BACKWARD,

    /**
     * Each block as soon as its gradient is complete, in the backward pass, which then frees the gradient: at any time that of one
     * block is alive, and those of what belongs to no block alone, which is changed at the end. Without clipping the weights are
     * those of {@link #AFTER_BACKWARD}, bit for bit.
     *
     * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025, online back-propagation</a>
     */
    PER_BLOCK
}
