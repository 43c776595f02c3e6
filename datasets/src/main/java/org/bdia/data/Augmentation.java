package org.bdia.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bdia.io.SplitMix64;

/**
 * The preparation of images as network input: a random crop, a random flip, then (v / 255 − mean) / std per channel.
 *
 * <p>The crop is torchvision's {@code RandomCrop(S, padding)}: zeros are put around the uint8 image, so a
 * padded pixel is black, not average. A sample's crop and flip are a function of (seed, epoch, sample id).
 *
 * @param padding the pixels put at each side before a window of the image's size S × S is cut, 0 to 32; 0 = no crop
 * @param flip whether every second image, by chance, is mirrored left to right
 * @param mean the mean of R, G, B in units of full brightness
 * @param std the standard deviation of R, G, B in the same units, above 0
 */
public record Augmentation(int padding, boolean flip, List<Double> mean, List<Double> std) {
    private static final List<Double> PAPER_MEAN = List.of(0.4914, 0.4822, 0.4465);
    private static final List<Double> PAPER_STD = List.of(0.2023, 0.1994, 0.2010);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if the padding is outside 0 to 32, mean or std has not one finite
     *     number per channel, or a std is not above 0
     */
    public Augmentation {
        if (padding < 0 || padding > ImageSet.SIDE) {
            throw new IllegalArgumentException(
                    "padding must be 0 to " + ImageSet.SIDE + " pixels, but is " + padding);
        }
        requirePerChannel("mean", mean);
        requirePerChannel("std", std);
        if (std.stream().anyMatch(s -> s <= 0)) {
            throw new IllegalArgumentException(
                    "std must be above 0 in each channel, but is " + std);
        }
        mean = List.copyOf(mean);
        std = List.copyOf(std);
    }

    /** Returns the paper's normalisation with neither crop nor flip, as images are evaluated. */
    public static Augmentation none() {
        return new Augmentation(0, false, PAPER_MEAN, PAPER_STD);
    }

    /** Returns the augmentation of the paper's training images: crop with padding 4, flip, normalisation. */
    public static Augmentation paper() {
        return new Augmentation(4, true, PAPER_MEAN, PAPER_STD);
    }

    /**
     * Returns the normalisation by the mean and standard deviation of a user's own training images.
     *
     * @param train the images; a channel without contrast is divided by 1 / 255
     * @param augment whether to crop, with a padding of an eighth of the side, at most 32, and to flip
     */
    public static Augmentation of(ImageSet train, boolean augment) {
        int plane = train.side() * train.side();
        var sums = new long[ImageSet.CHANNELS];
        var squares = new long[ImageSet.CHANNELS];
        for (int i = 0; i < train.size(); i++) {
            byte[] image = train.image(i);
            for (int j = 0; j < image.length; j++) {
                int level = image[j] & 0xFF;
                sums[j / plane] += level;
                squares[j / plane] += (long) level * level;
            }
        }
        double count = (double) train.size() * plane;
        List<Double> mean = new ArrayList<>();
        List<Double> std = new ArrayList<>();
        for (int c = 0; c < sums.length; c++) {
            double m = sums[c] / count;
            mean.add(m / 255);
            std.add(Math.sqrt(Math.max(1, squares[c] / count - m * m)) / 255);
        }
        int padding = augment ? Math.min(ImageSet.SIDE, train.side() / 8) : 0;
        return new Augmentation(padding, augment, mean, std);
    }

    /** Returns the same normalisation without crop and flip, for evaluation. */
    public Augmentation deterministic() {
        return new Augmentation(0, false, mean, std);
    }

    /**
     * Normalises one image, neither cropped nor flipped.
     *
     * @param image uint8 (3, S, S), see {@link ImageFolder#image}
     * @return (3, S, S)
     * @throws IllegalArgumentException if the bytes are not three channels
     */
    public float[] normalise(byte[] image) {
        if (image.length == 0 || image.length % ImageSet.CHANNELS != 0) {
            throw new IllegalArgumentException(
                    "an image must have 3 channels of equal size, but has "
                            + image.length
                            + " bytes");
        }
        float[][] tables = tables();
        int plane = image.length / ImageSet.CHANNELS;
        var values = new float[image.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = tables[i / plane][image[i] & 0xFF];
        }
        return values;
    }

    /** Returns the normalised values of a channel's 256 levels, (3, 256), in float32 as PyTorch computes it. */
    float[][] tables() {
        var tables = new float[ImageSet.CHANNELS][256];
        for (int c = 0; c < tables.length; c++) {
            float m = mean.get(c).floatValue();
            float s = std.get(c).floatValue();
            for (int v = 0; v < 256; v++) {
                tables[c][v] = (v / 255f - m) / s;
            }
        }
        return tables;
    }

    /** Writes one image (3, side, side) of a batch; {@code key} decides crop and flip. */
    void apply(
            int side, byte[] images, int from, float[][] tables, float[] batch, int to, long key) {
        int dy = SplitMix64.bounded(key, 0, 2 * padding + 1) - padding;
        int dx = SplitMix64.bounded(key, 1, 2 * padding + 1) - padding;
        boolean mirrored = flip && SplitMix64.mix(key, 2) < 0;
        // Columns [left, right) of the window lie inside the image, the others in the padding.
        int left = Math.max(0, -dx);
        int right = Math.min(side, side - dx);
        for (int c = 0; c < ImageSet.CHANNELS; c++) {
            float[] table = tables[c];
            for (int y = 0; y < side; y++) {
                int row = to + (c * side + y) * side;
                int sourceY = y + dy;
                boolean inside = sourceY >= 0 && sourceY < side;
                if (!inside || right - left < side) {
                    Arrays.fill(batch, row, row + side, table[0]);
                }
                if (inside) {
                    int source = from + (c * side + sourceY) * side + dx;
                    int last = row + side - 1;
                    for (int x = left; x < right; x++) {
                        batch[mirrored ? last - x : row + x] = table[images[source + x] & 0xFF];
                    }
                }
            }
        }
    }

    private static void requirePerChannel(String name, List<Double> values) {
        if (values.size() != ImageSet.CHANNELS
                || !values.stream().allMatch(v -> Float.isFinite(v.floatValue()))) {
            throw new IllegalArgumentException(
                    name
                            + " must be "
                            + ImageSet.CHANNELS
                            + " finite numbers, one per channel, but is "
                            + values);
        }
    }
}
