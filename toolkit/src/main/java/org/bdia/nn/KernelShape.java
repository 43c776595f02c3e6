package org.bdia.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import org.bdia.config.Precision;
import org.bdia.torch.Products;

/**
 * Key by which a kernel is selected for a branch.
 *
 * <p>A class of shapes are those that differ in tokens alone, from more than half a power of two up to it, in a memory's tokens
 * likewise, and in a mask's sizes with them.
 *
 * @param part what is computed of the branch
 * @param options the branch's sizes
 * @param products how it multiplies with weights
 * @param precision of its products
 * @param device where it is computed
 * @param batch B
 * @param tokens T
 * @param memory S, the tokens attended to where they are another sequence's; 0 where they are not
 * @param mask the mask's shape, of four axes; null without one
 * @param dropout whether dropout masks are drawn
 * @param gradients whether it is used in training, or while gradients are recorded
 * @param threads the engine's threads
 */
record KernelShape(
        BranchScript.Part part,
        BranchScript.Options options,
        Products products,
        Precision precision,
        Device device,
        long batch,
        long tokens,
        long memory,
        Shape mask,
        boolean dropout,
        boolean gradients,
        int threads) {

    /** Returns the shape of a part of inputs as the part takes them. */
    static KernelShape of(
            BranchScript.Part part,
            BranchScript.Options options,
            Products products,
            Precision precision,
            NDArray[] inputs,
            Shape mask,
            boolean dropout,
            boolean gradients) {
        NDArray x = inputs[0];
        Shape state = x.getShape();
        return new KernelShape(
                part,
                options,
                products,
                precision,
                x.getDevice(),
                state.get(0),
                state.get(1),
                part == BranchScript.Part.CROSS ? inputs[1].getShape().get(1) : 0,
                mask,
                dropout,
                gradients,
                JniUtils.getNumThreads());
    }

    /** Returns the largest shape of this one's class. */
    KernelShape largestOfClass() {
        Shape largest =
                mask == null
                        ? null
                        : new Shape(mask.get(0), mask.get(1), most(mask.get(2)), most(mask.get(3)));
        return new KernelShape(
                part,
                options,
                products,
                precision,
                device,
                batch,
                most(tokens),
                most(memory),
                largest,
                dropout,
                gradients,
                threads);
    }

    private static long most(long tokens) {
        return tokens <= 1 ? tokens : 2 * Long.highestOneBit(tokens - 1);
    }

    /**
     * Returns the class's name in messages and manifests, of the largest of its shapes. It has no threads, so that a refusal
     * outlives a change of them, and no gradients, so that a kernel refused in training is not used in evaluation.
     */
    String label() {
        KernelShape largest = largestOfClass();
        return part
                + " "
                + options
                + ", "
                + precision
                + ", batch "
                + batch
                + ", tokens up to "
                + largest.tokens
                + (memory == 0 ? "" : ", memory up to " + largest.memory)
                + (mask == null ? "" : ", mask up to " + largest.mask)
                + (dropout ? ", dropout" : "")
                + (products == Products.INNER ? ", inner products" : "")
                + ", "
                + device.getDeviceType();
    }
}
