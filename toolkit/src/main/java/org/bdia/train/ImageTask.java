package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import org.bdia.data.Augmentation;
import org.bdia.data.ImageBatch;
import org.bdia.data.ImageSet;
import org.bdia.data.ImageSplit;

/** Image classification: cross-entropy, and the accuracy. */
public final class ImageTask implements Task {

    private final ImageSplit images;
    private final Augmentation augmentation;

    private final EpochOrder<int[]> order;

    /**
     * A task over three disjoint sets of images.
     *
     * @param augmentation what happens to training images; evaluation only normalises
     */
    public ImageTask(ImageSplit images, Augmentation augmentation) {
        this.images = images;
        this.augmentation = augmentation;
        order = new EpochOrder<>(images.train()::order);
    }

    @Override
    public int stepsPerEpoch(int batch) {
        return images.train().size() / batch;
    }

    @Override
    public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
        int[] positions =
                Arrays.copyOfRange(order.of(seed, epoch), index * batch, (index + 1) * batch);
        return batch(manager, images.train().batch(positions, augmentation, seed, epoch));
    }

    @Override
    public int size(Split split) {
        return set(split).size();
    }

    @Override
    public Batch evaluation(NDManager manager, Split split, int from, int to) {
        int[] positions = IntStream.range(from, to).toArray();
        return batch(manager, set(split).batch(positions, augmentation.deterministic(), 0, 0));
    }

    private ImageSet set(Split split) {
        return split == Split.VALIDATION ? images.validation() : images.test();
    }

    private Batch batch(NDManager manager, ImageBatch batch) {
        int size = batch.labels().length;
        int side = images.train().side();
        Shape shape = new Shape(size, ImageSet.CHANNELS, side, side);
        long[] labels = Arrays.stream(batch.labels()).asLongStream().toArray();
        return new Batch(
                new NDList(manager.create(batch.pixels(), shape)),
                manager.create(labels, new Shape(size)),
                batch.sampleIds(),
                size);
    }

    @Override
    public Map<String, Double> sums(NDArray output, NDArray labels) {
        return Map.of("accuracy", (double) CrossEntropy.right(output, labels));
    }
}
