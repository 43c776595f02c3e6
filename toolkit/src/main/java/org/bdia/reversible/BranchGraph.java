package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.bdia.torch.Autograd;

/** The recorded graph of one branch over one slice of the batch: differentiated once, then closed. */
public interface BranchGraph extends AutoCloseable {

    /** The branch, or the branch with the skip. */
    NDArray output();

    /**
     * Adds the vector–Jacobian product to the gradients of the leaf that the graph begins with and of the parameters, and
     * frees what the graph keeps but its output's value.
     *
     * @param gradient ∂L/∂output; unchanged afterwards
     */
    void backward(NDArray gradient);

    /** Every array that the graph holds by hand, to be owned by the keeper of the graph. */
    NDList arrays();

    /** Frees the arrays that are left. */
    @Override
    void close();

    /** A graph that autograd holds as a whole. */
    static BranchGraph of(NDArray output) {
        return new Whole(output);
    }

    /** One graph in autograd's own keeping. */
    record Whole(NDArray output) implements BranchGraph {

        @Override
        public void backward(NDArray gradient) {
            Autograd.backward(output, gradient);
        }

        @Override
        public NDList arrays() {
            return new NDList(output);
        }

        @Override
        public void close() {
            output.close();
        }
    }
}
