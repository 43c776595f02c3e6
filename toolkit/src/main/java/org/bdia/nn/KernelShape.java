package org.bdia.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import org.bdia.reversible.Precision;

/**
 * Everything that the engine may choose a kernel by when it computes a branch.
 *
 * @param part what is computed of the branch
 * @param options the branch's sizes
 * @param precision of its products
 * @param device where it is computed
 * @param batch B
 * @param tokens T
 * @param mask the mask's shape; null without one
 * @param dropout whether dropout masks are drawn
 * @param threads the engine's threads
 */
record KernelShape(
        BranchScript.Part part,
        BranchScript.Options options,
        Precision precision,
        Device device,
        long batch,
        long tokens,
        Shape mask,
        boolean dropout,
        int threads) {

    static KernelShape of(
            BranchScript.Part part,
            BranchScript.Options options,
            Precision precision,
            NDArray x,
            NDArray mask,
            boolean dropout) {
        Shape state = x.getShape();
        return new KernelShape(
                part,
                options,
                precision,
                x.getDevice(),
                state.get(0),
                state.get(1),
                mask == null ? null : mask.getShape(),
                dropout,
                JniUtils.getNumThreads());
    }

    /** The name in messages and manifests; without the threads, so that a refusal outlives a change of them. */
    String label() {
        return part
                + " "
                + options
                + ", "
                + precision
                + ", batch "
                + batch
                + ", tokens "
                + tokens
                + (mask == null ? "" : ", mask " + mask)
                + (dropout ? ", dropout" : "")
                + ", "
                + device.getDeviceType();
    }
}
