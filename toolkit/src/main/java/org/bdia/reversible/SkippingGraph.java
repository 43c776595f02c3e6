package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.bdia.torch.Autograd;

/**
 * f·h, or x + f·h, with h's graph held by the branch itself and one factor f per sample, see {@link DropPath}.
 *
 * @param branch h's graph
 * @param factors f, (B, 1, …, 1)
 * @param leaf x
 * @param residual whether x is a summand of the output
 * @param output its value
 */
record SkippingGraph(
        BranchGraph branch, NDArray factors, NDArray leaf, boolean residual, NDArray output)
        implements BranchGraph {

    static SkippingGraph of(BranchGraph branch, NDArray factors, NDArray leaf, boolean residual) {
        return Autograd.unrecorded(
                () -> {
                    NDArray output = branch.output().mul(factors);
                    if (residual) {
                        try (NDArray h = output) {
                            output = leaf.add(h);
                        }
                    }
                    return new SkippingGraph(branch, factors, leaf, residual, output);
                });
    }

    @Override
    public void backward(NDArray gradient) {
        try (NDArray scaled = gradient.mul(factors)) {
            branch.backward(scaled);
        }
        factors.close();
        if (residual) {
            try (NDArray sum = leaf.getGradient()) {
                sum.addi(gradient);
            }
        }
    }

    @Override
    public NDList arrays() {
        NDList arrays = new NDList(factors, output);
        arrays.addAll(branch.arrays());
        return arrays;
    }

    @Override
    public void close() {
        factors.close();
        output.close();
        branch.close();
    }
}
