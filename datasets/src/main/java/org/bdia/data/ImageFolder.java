package org.bdia.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.bdia.io.Sha256;

/**
 * A user's own images: a folder per class, named like it, with PNG and JPEG files; or the folders {@code train}, {@code test} and,
 * if wanted, {@code validation} (or {@code val}), with the classes' folders in each.
 *
 * <p>Every image becomes S × S pixels by one rule: the largest centred square is cut out, and a pixel is the mean, rounded, over the
 * area of the square that it covers. Transparency is laid on white; the rotation that a camera notes is not obeyed.
 */
public final class ImageFolder {

    private static final List<String> TRAIN = List.of("train");
    private static final List<String> VALIDATION = List.of("validation", "val");
    private static final List<String> TEST = List.of("test");
    private static final int WHITE = 255;

    private ImageFolder() {}

    /** An image's file and class. */
    private record Entry(Path file, int label) {}

    /**
     * Returns the names of the classes, sorted; folders whose names begin with a full stop, such as {@code .ipynb_checkpoints}, are
     * none.
     *
     * @throws DataException if there are fewer than two, or there is no such folder
     */
    public static List<String> classes(Path folder) {
        var names = new TreeSet<String>();
        for (Path part : parts(folder)) {
            list(part)
                    .filter(Files::isDirectory)
                    .map(f -> String.valueOf(f.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .forEach(names::add);
        }
        if (names.size() < 2) {
            throw new DataException(
                    folder
                            + ": expected a folder per class, at least two, found "
                            + names
                            + "; put each class's images into a folder of its name");
        }
        return List.copyOf(names);
    }

    /**
     * Reads the images; without split folders the seed draws a stratified split. The parts' own folders are used whole, unless
     * their size is a smaller count; what has no folder of its own is taken from the training images.
     *
     * @param side S, the side of an image in pixels, 1 or more
     * @param parts the sizes; test and validation are filled first, so that a larger training part does not change them
     * @param splitSeed chooses the images
     * @throws DataException if a folder holds no images, a file is no image, or there are too few
     * @throws IllegalArgumentException if the side is not positive, or the images exceed 2 GiB
     */
    public static ImageSplit load(Path folder, int side, Parts parts, long splitSeed) {
        var classes = classes(folder);
        var own = own(folder, TRAIN);
        List<Entry> pool = entries(own.orElse(folder), classes);
        Optional<Path> testFolder = own.flatMap(f -> own(folder, TEST));
        Optional<Path> validationFolder = own.flatMap(f -> own(folder, VALIDATION));
        int[] counts =
                new Parts(
                                parts.train(),
                                validationFolder.isPresent() ? 0 : parts.validation(),
                                testFolder.isPresent() ? 0 : parts.test())
                        .counts(own.orElse(folder), "images", pool.size());
        int[] order = order(pool, Purpose.SPLIT.key(splitSeed, 0, 0));
        var reader = new Reader(folder, side, classes);
        var test =
                testFolder.isPresent()
                        ? reader.set(chosen(testFolder.get(), classes, parts.test(), splitSeed))
                        : reader.set(pick(pool, order, 0, counts[2]));
        var validation =
                validationFolder.isPresent()
                        ? reader.set(
                                chosen(
                                        validationFolder.get(),
                                        classes,
                                        parts.validation(),
                                        splitSeed))
                        : reader.set(pick(pool, order, counts[2], counts[1]));
        var train = reader.set(pick(pool, order, counts[2] + counts[1], counts[0]));
        return new ImageSplit(train, validation, test);
    }

    /**
     * Reads one image by the same rule, for a trained model to classify.
     *
     * @param side S, the side in pixels, 1 or more
     * @return uint8 (3, S, S), row-major
     * @throws DataException if the file is no image
     * @throws IllegalArgumentException if the side is not positive
     */
    public static byte[] image(Path file, int side) {
        var reader = new Reader(file, side, List.of());
        var pixels = new byte[ImageSet.CHANNELS * side * side];
        reader.paint(file, Reader.bytes(file), pixels, 0);
        return pixels;
    }

    private static int[] order(List<Entry> entries, long key) {
        return Strata.order(entries.stream().mapToInt(Entry::label).toArray(), key);
    }

    private static List<Entry> pick(List<Entry> pool, int[] order, int from, int count) {
        return Arrays.stream(order, from, from + count).mapToObj(pool::get).toList();
    }

    /** Returns the images of a part's own folder, or as many of them as a count says. */
    private static List<Entry> chosen(Path folder, List<String> classes, double size, long seed) {
        List<Entry> all = entries(folder, classes);
        int count = size >= 1 ? (int) Math.min(size, all.size()) : size == 0 ? 0 : all.size();
        int[] order = order(all, Purpose.SPLIT.key(seed, 1, 0));
        return pick(all, order, 0, count);
    }

    private static List<Path> parts(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DataException(
                    folder
                            + ": expected a folder with a folder per class, found "
                            + (Files.exists(folder) ? "a file" : "nothing")
                            + "; give the path of one");
        }
        Optional<Path> train = own(folder, TRAIN);
        if (train.isEmpty()) {
            return List.of(folder);
        }
        return Stream.of(train, own(folder, VALIDATION), own(folder, TEST))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Returns a part's own folder. A class may be called "test", so that a folder "train" decides. */
    private static Optional<Path> own(Path folder, List<String> names) {
        return names.stream().map(folder::resolve).filter(Files::isDirectory).findFirst();
    }

    private static List<Entry> entries(Path folder, List<String> classes) {
        var entries = new ArrayList<Entry>();
        for (int label = 0; label < classes.size(); label++) {
            Path of = folder.resolve(classes.get(label));
            if (Files.isDirectory(of)) {
                for (Path file : list(of).filter(ImageFolder::isImage).toList()) {
                    entries.add(new Entry(file, label));
                }
            }
        }
        if (entries.isEmpty()) {
            throw new DataException(
                    folder
                            + ": expected .png, .jpg or .jpeg files in its classes' folders, found none");
        }
        return entries;
    }

    private static boolean isImage(Path file) {
        return String.valueOf(file.getFileName())
                .toLowerCase(Locale.ROOT)
                .matches("[^.].*\\.(png|jpe?g)");
    }

    /** Returns a folder's content in an order that is the same everywhere. */
    private static Stream<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .sorted(
                            (a, b) ->
                                    a.getFileName()
                                            .toString()
                                            .compareTo(b.getFileName().toString()))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed: " + e, e);
        }
    }

    /** Reads images of one folder as S × S pixels; an image's number is a function of its path. */
    private record Reader(Path folder, int side, List<String> classes) {

        Reader {
            if (side < 1) {
                throw new IllegalArgumentException("side must be 1 pixel or more, but is " + side);
            }
        }

        ImageSet set(List<Entry> entries) {
            int size = ImageSet.CHANNELS * side * side;
            if ((long) entries.size() * size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        entries.size()
                                + " images of "
                                + side
                                + " × "
                                + side
                                + " pixels exceed 2 GiB; ask for fewer, or for a smaller side");
            }
            var pixels = new byte[entries.size() * size];
            var labels = new int[entries.size()];
            var ids = new long[entries.size()];
            var digest = Sha256.digest();
            for (int i = 0; i < ids.length; i++) {
                Path file = entries.get(i).file();
                byte[] bytes = bytes(file);
                digest.update(path(file).getBytes(UTF_8));
                digest.update(bytes);
                labels[i] = entries.get(i).label();
                ids[i] = id(file);
                paint(file, bytes, pixels, i * size);
            }
            var name = String.valueOf(folder.toAbsolutePath().normalize().getFileName());
            return new ImageSet(
                    pixels,
                    side,
                    labels,
                    ids,
                    classes.size(),
                    classes,
                    new Provenance(
                            name + ", " + ids.length + " images",
                            "images of the folder " + name + ", " + side + " × " + side + " pixels",
                            false,
                            Sha256.hex(digest)));
        }

        private long id(Path file) {
            return Long.parseUnsignedLong(Sha256.of(path(file)).substring(0, 16), 16);
        }

        /** Returns a path that is the same on every machine. */
        private String path(Path file) {
            return folder.relativize(file).toString().replace('\\', '/');
        }

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
}
