package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/** Another task's data and loss, to be changed in one place. */
abstract class ForwardingTask implements Task {

    private final Task of;

    ForwardingTask(Task of) {
        this.of = of;
    }

    @Override
    public int stepsPerEpoch(int batch) {
        return of.stepsPerEpoch(batch);
    }

    @Override
    public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
        return of.training(manager, seed, epoch, index, batch);
    }

    @Override
    public int size(Split split) {
        return of.size(split);
    }

    @Override
    public Batch evaluation(NDManager manager, Split split, int from, int to) {
        return of.evaluation(manager, split, from, to);
    }

    @Override
    public NDArray loss(NDArray output, NDArray labels, double labelSmoothing) {
        return of.loss(output, labels, labelSmoothing);
    }
}
