package org.bdia.data;

import java.util.List;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * Synthetic images for machines without data: coloured gratings in noise.
 *
 * <p>Class c has one of ten hues and one of ten orientations. An image draws its own phase, frequency,
 * contrast and brightness, and strays from its class's hue and orientation as far as the next one, so that
 * the classes can be learnt but not without mistakes. Every byte is a function of (seed, sample id).
 */
public final class SyntheticImages {
    /** Sample ids of validation and test images start here and at twice this; no part may be larger. */
    private static final int PART = 1_000_000;

    private static final double HUE_STEP = 2 * Math.PI / 10;
    private static final double ANGLE_STEP = Math.PI / 10;
    private static final double NOISE = 45;

    private SyntheticImages() {}

    /**
     * Generates disjoint images.
     *
     * @param classes the number of classes, 2 to 100
     * @param train the number of training images, 1 to 1,000,000; the ranges of the others are alike
     * @param validation the number of validation images, from 0
     * @param test the number of test images, from 1
     * @param seed chooses the images
     * @throws IllegalArgumentException if an argument is out of range; there is no "all" of generated images
     */
    public static ImageSplit split(int classes, int train, int validation, int test, long seed) {
        if (classes < 2 || classes > 100) {
            throw new IllegalArgumentException("classes must be 2 to 100, but is " + classes);
        }
        requireSize("train", train, 1);
        requireSize("validation", validation, 0);
        requireSize("test", test, 1);
        return new ImageSplit(
                images(classes, 0, train, "training", seed),
                images(classes, PART, validation, "validation", seed),
                images(classes, 2L * PART, test, "test", seed));
    }

    private static ImageSet images(int classes, long firstId, int count, String part, long seed) {
        var pixels = new byte[Math.multiplyExact(count, ImageSet.PIXELS)];
        var labels = new int[count];
        var ids = new long[count];
        for (int i = 0; i < count; i++) {
            ids[i] = firstId + i;
            long key = Purpose.SYNTHETIC.key(seed, ids[i], 0);
            labels[i] = SplitMix64.bounded(key, 0, classes);
            paint(labels[i], key, pixels, i * ImageSet.PIXELS);
        }
        var provenance =
                new Provenance(
                        "synthetic gratings, " + count + " " + part + " images",
                        "generated from seed " + seed + ", not real data",
                        true,
                        Sha256.of(pixels));
        return new ImageSet(pixels, ImageSet.SIDE, labels, ids, classes, List.of(), provenance);
    }

    private static void paint(int label, long key, byte[] pixels, int to) {
        int side = ImageSet.SIDE;
        // Labels c and c + 10 share their hue but not their orientation.
        double hue = HUE_STEP * (label % 10 + spread(key, 1));
        double angle = ANGLE_STEP * ((label + label / 10) % 10 + spread(key, 2));
        double phase = 2 * Math.PI * SplitMix64.unit(key, 3);
        double wave = 2 * Math.PI * (2 + 3 * SplitMix64.unit(key, 4)) / side;
        double contrast = 25 + 35 * SplitMix64.unit(key, 5);
        double brightness = 128 + 30 * spread(key, 6);
        var tints = new double[ImageSet.CHANNELS];
        for (int c = 0; c < tints.length; c++) {
            tints[c] = brightness + 30 * StrictMath.cos(hue - c * 2 * Math.PI / 3);
        }
        double horizontal = wave * StrictMath.cos(angle);
        double vertical = wave * StrictMath.sin(angle);
        for (int y = 0; y < side; y++) {
            double along = vertical * y + phase;
            for (int x = 0; x < side; x++) {
                double grating = StrictMath.sin(horizontal * x + along);
                for (int c = 0; c < ImageSet.CHANNELS; c++) {
                    int i = (c * side + y) * side + x;
                    double value = tints[c] + contrast * grating + NOISE * spread(key, 7 + i);
                    pixels[to + i] = (byte) Math.max(0, Math.min(255, Math.round(value)));
                }
            }
        }
    }

    /** Returns a random number of triangular distribution over (−1, 1): the difference of two uniform ones. */
    private static double spread(long key, int i) {
        long bits = SplitMix64.mix(key, i);
        return ((bits >>> 32) - (bits & 0xFFFFFFFFL)) * 0x1p-32;
    }

    private static void requireSize(String part, int size, int least) {
        if (size < least || size > PART) {
            throw new IllegalArgumentException(
                    part
                            + " must be "
                            + least
                            + " to "
                            + PART
                            + " generated images, but is "
                            + size);
        }
    }
}
