package org.bdia.data;

import java.util.Arrays;
import java.util.List;

/** N labelled images in memory, as one uint8 array (N, 3, S, S). */
public final class ImageSet {
    /** The channels of an image, in the order red, green, blue. */
    public static final int CHANNELS = 3;

    /** The height and width S of an image of CIFAR. */
    public static final int SIDE = 32;

    /** The bytes of an image of CIFAR. */
    public static final int PIXELS = CHANNELS * SIDE * SIDE;

    private final byte[] pixels;
    private final int side;
    private final int[] labels;
    private final long[] sampleIds;
    private final int classes;
    private final List<String> classNames;
    private final Provenance provenance;

    /**
     * Wraps images. The arrays are taken over, not copied, and must not be changed afterwards.
     *
     * @param pixels uint8 (N, 3, S, S), row-major
     * @param side S, 1 or more
     * @param labels (N), each 0 to classes − 1
     * @param sampleIds (N), each different: keys of the random choices
     * @param classes the number of classes
     * @param classNames one name per class, or none at all
     * @param provenance the origin of the images
     * @throws IllegalArgumentException if the lengths disagree, a label is out of range, or an id comes twice
     */
    public ImageSet(
            byte[] pixels,
            int side,
            int[] labels,
            long[] sampleIds,
            int classes,
            List<String> classNames,
            Provenance provenance) {
        this.side = side;
        if (pixels.length != (long) labels.length * bytes() || sampleIds.length != labels.length) {
            throw new IllegalArgumentException(
                    "images, labels and ids must be equally many, but there are "
                            + pixels.length
                            + " pixels ("
                            + bytes()
                            + " an image), "
                            + labels.length
                            + " labels and "
                            + sampleIds.length
                            + " ids");
        }
        if (!classNames.isEmpty() && classNames.size() != classes) {
            throw new IllegalArgumentException(
                    classes + " classes need as many names, but there are " + classNames.size());
        }
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] < 0 || labels[i] >= classes) {
                throw new IllegalArgumentException(
                        "label " + i + " must be 0 to " + (classes - 1) + ", but is " + labels[i]);
            }
        }
        SampleIds.requireUnique(sampleIds);
        this.pixels = pixels;
        this.labels = labels;
        this.sampleIds = sampleIds;
        this.classes = classes;
        this.classNames = List.copyOf(classNames);
        this.provenance = provenance;
    }

    /** Returns the number of images N. */
    public int size() {
        return labels.length;
    }

    /** Returns the height and width S of an image in pixels. */
    public int side() {
        return side;
    }

    private int bytes() {
        return CHANNELS * side * side;
    }

    /** Returns the number of classes. */
    public int classes() {
        return classes;
    }

    /** Returns the names of the classes by label; empty where they are not known. */
    public List<String> classNames() {
        return classNames;
    }

    /** Returns the origin of the images. */
    public Provenance provenance() {
        return provenance;
    }

    /** Returns the class of the image at a position, 0 to classes − 1. */
    public int label(int position) {
        return labels[position];
    }

    /** Returns the id of the image at a position, the same in every slice of its data set. */
    public long sampleId(int position) {
        return sampleIds[position];
    }

    /** Returns a copy of the image at a position, uint8 (3, S, S). */
    public byte[] image(int position) {
        int from = position * bytes();
        return Arrays.copyOfRange(pixels, from, from + bytes());
    }

    /**
     * Returns the order in which an epoch visits the images: a permutation of 0 to N − 1, fixed by its arguments.
     *
     * @param seed the run's seed
     * @param epoch the epoch, from 0
     */
    public int[] order(long seed, int epoch) {
        return EpochShuffle.of(size(), seed, epoch);
    }

    /**
     * Gathers a batch. Crop and flip of an image depend on (seed, epoch, its id), not on the batch.
     *
     * @param positions the positions of the images, each 0 to N − 1
     * @param augmentation how to prepare them
     * @param seed the run's seed
     * @param epoch the epoch, from 0
     * @throws IndexOutOfBoundsException if there is no image at a position
     */
    public ImageBatch batch(int[] positions, Augmentation augmentation, long seed, int epoch) {
        var tables = augmentation.tables();
        var batch = new float[Math.multiplyExact(positions.length, bytes())];
        var batchLabels = new int[positions.length];
        var batchIds = new long[positions.length];
        for (int i = 0; i < positions.length; i++) {
            int position = positions[i];
            if (position < 0 || position >= size()) {
                throw new IndexOutOfBoundsException(
                        "no image at position " + position + " of " + provenance.name());
            }
            batchLabels[i] = labels[position];
            batchIds[i] = sampleIds[position];
            long key = Purpose.AUGMENTATION.key(seed, epoch, batchIds[i]);
            augmentation.apply(side, pixels, position * bytes(), tables, batch, i * bytes(), key);
        }
        return new ImageBatch(batch, batchLabels, batchIds);
    }

    @Override
    public String toString() {
        return "ImageSet[" + provenance.name() + ", " + classes + " classes]";
    }
}
