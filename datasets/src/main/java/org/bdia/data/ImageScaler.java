package org.bdia.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;

/**
 * Brings images to S × S pixels by the rule of {@link ImageFolder}.
 *
 * @param side S, 1 or more
 */
record ImageScaler(int side) {

    private static final int WHITE = 255;

    ImageScaler {
        if (side < 1) {
            throw new IllegalArgumentException("side must be 1 pixel or more, but is " + side);
        }
    }

    /**
     * Returns the bytes of a file.
     *
     * @throws DataException if it cannot be read
     */
    static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read: " + e, e);
        }
    }

    private static BufferedImage image(Path file, byte[] bytes) {
        String found;
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(bytes));
            if (image != null) {
                return image;
            }
            found = "neither";
        } catch (IOException | RuntimeException e) { // damaged files raise both
            found = String.valueOf(e.getMessage());
        }
        throw new DataException(
                file
                        + ": expected a PNG or JPEG image, found "
                        + found
                        + "; save it again as RGB, or take it out of the folder");
    }

    /** Writes an image as uint8 (3, S, S), row-major, from an index on. */
    void paint(Path file, byte[] bytes, byte[] pixels, int to) {
        BufferedImage image = image(file, bytes);
        int square = Math.min(image.getWidth(), image.getHeight());
        int left = (image.getWidth() - square) / 2;
        int top = (image.getHeight() - square) / 2;
        int[] argb = levels(image, left, top, square);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double[] sums = mean(argb, square, x, y);
                for (int c = 0; c < sums.length; c++) {
                    pixels[to + (c * side + y) * side + x] = (byte) Math.round(sums[c]);
                }
            }
        }
    }

    /** Returns a square's levels as the file has them: getRGB would take those of a grey image for linear light. */
    private static int[] levels(BufferedImage image, int left, int top, int square) {
        ColorModel model = image.getColorModel();
        if (model.getColorSpace().getType() != ColorSpace.TYPE_GRAY) {
            return image.getRGB(left, top, square, square, null, 0, square);
        }
        var argb = new int[square * square];
        for (int i = 0; i < argb.length; i++) {
            int x = left + i % square;
            int y = top + i / square;
            int alpha = model.hasAlpha() ? level(image, x, y, 1) : 255;
            argb[i] = alpha << 24 | level(image, x, y, 0) * 0x010101;
        }
        return argb;
    }

    private static int level(BufferedImage image, int x, int y, int band) {
        int most = (1 << image.getColorModel().getComponentSize(band)) - 1;
        return (int) Math.round(255.0 * image.getRaster().getSample(x, y, band) / most);
    }

    /** Returns the means of R, G, B over the area of a pixel, in which a source pixel measures S × S. */
    private double[] mean(int[] argb, int square, int x, int y) {
        var sums = new double[ImageSet.CHANNELS];
        for (int sy = y * square / side; sy * side < (y + 1) * square; sy++) {
            long height = overlap(sy, y, square);
            for (int sx = x * square / side; sx * side < (x + 1) * square; sx++) {
                long area = height * overlap(sx, x, square);
                int pixel = argb[sy * square + sx];
                int alpha = pixel >>> 24;
                for (int c = 0; c < sums.length; c++) {
                    int level = pixel >> (16 - 8 * c) & 255;
                    sums[c] += area * (double) (level * alpha + WHITE * (255 - alpha));
                }
            }
        }
        double area = 255.0 * square * square;
        return Arrays.stream(sums).map(sum -> sum / area).toArray();
    }

    private long overlap(int source, int target, int square) {
        long from = Math.max((long) source * side, (long) target * square);
        return Math.min((source + 1L) * side, (target + 1L) * square) - from;
    }
}
