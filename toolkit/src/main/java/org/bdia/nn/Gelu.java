package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import org.bdia.reversible.Autograd;

/**
 * The Gaussian error linear unit, x Φ(x), exactly or as GPT-2 approximates it.
 *
 * @see <a href="https://arxiv.org/abs/1606.08415">Hendrycks, Gimpel, 2016</a>
 */
public enum Gelu {
    /** x Φ(x), by the error function. */
    ERF,

    /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), GPT-2's. */
    TANH;

    NDArray apply(NDArray x) {
        if (this == ERF) {
            return Activation.gelu(x);
        }
        NDArray cube = x.mul(x).mul(x).mul(Autograd.constant(x, 0.044715));
        NDArray inner = x.add(cube).mul(Autograd.constant(x, Math.sqrt(2 / Math.PI)));
        NDArray half = x.mul(Autograd.constant(x, 0.5));
        return half.add(half.mul(inner.tanh()));
    }
}
