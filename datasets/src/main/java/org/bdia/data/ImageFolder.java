package org.bdia.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bdia.io.Sha256;

/**
 * A user's own images: a folder per class, named like it, with PNG and JPEG files; or the folders {@code train}, {@code test} and,
 * if wanted, {@code validation} ({@code val}, {@code valid}), with the classes' folders in each. A folder {@code train} without folders in
 * it is a class.
 *
 * <p>Every image becomes S × S pixels by one rule: the largest centred square is cut out, and a pixel is the mean, rounded, over the
 * area of the square that it covers. Transparency is laid on white; the rotation that a camera notes is not obeyed.
 */
public final class ImageFolder {

    private static final String TRAIN = "train";
    private static final List<String> VALIDATION = List.of("validation", "val", "valid");
    private static final List<String> TEST = List.of("test");

    /** The names of the images that are read, for messages. */
    private static final String KINDS = ".png, .jpg or .jpeg";

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
            folders(part).map(ImageFolder::name).forEach(names::add);
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
     * @throws DataException if a class has no image to train on, a part's folder has none, a file is no image, or there are too few
     * @throws IllegalArgumentException if the side is not positive, or the images exceed 2 GiB
     */
    public static ImageSplit load(Path folder, int side, Parts parts, long splitSeed) {
        var classes = classes(folder);
        var own = train(folder);
        List<Entry> pool = pool(own.orElse(folder), classes);
        Optional<Path> testFolder = own.flatMap(f -> own(folder, TEST));
        Optional<Path> validationFolder = own.flatMap(f -> own(folder, VALIDATION));
        int[] counts =
                new Parts(
                                parts.train(),
                                validationFolder.isPresent() ? 0 : parts.validation(),
                                testFolder.isPresent() ? 0 : parts.test())
                        .counts(own.orElse(folder), "images", pool.size());
        int[] order = order(pool, Purpose.SPLIT.key(splitSeed, 0, 0));
        var reader = new Reader(folder, new ImageScaler(side), classes);
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
        var scaler = new ImageScaler(side);
        var pixels = new byte[ImageSet.CHANNELS * side * side];
        scaler.paint(file, ImageScaler.bytes(file), pixels, 0);
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
        if (all.isEmpty()) {
            throw new DataException(
                    folder + ": expected " + KINDS + " files in its classes' folders, found none");
        }
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
        Optional<Path> train = train(folder);
        if (train.isEmpty()) {
            return List.of(folder);
        }
        return Stream.of(train, own(folder, VALIDATION), own(folder, TEST))
                .flatMap(Optional::stream)
                .toList();
    }

    /** Returns the folder of the training part, where it has one. */
    private static Optional<Path> train(Path folder) {
        return Optional.of(folder.resolve(TRAIN))
                .filter(Files::isDirectory)
                .filter(train -> folders(train).findAny().isPresent());
    }

    /** Returns a part's own folder. A class may be called "test", so that a folder "train" decides. */
    private static Optional<Path> own(Path folder, List<String> names) {
        return names.stream().map(folder::resolve).filter(Files::isDirectory).findFirst();
    }

    /** Returns the images that parts are taken from; a class of none could not be learned. */
    private static List<Entry> pool(Path folder, List<String> classes) {
        List<Entry> pool = entries(folder, classes);
        int[] images = new int[classes.size()];
        pool.forEach(entry -> images[entry.label()]++);
        for (int label = 0; label < images.length; label++) {
            if (images[label] == 0) {
                throw noImages(folder.resolve(classes.get(label)));
            }
        }
        return pool;
    }

    private static DataException noImages(Path folder) {
        String found =
                Files.isDirectory(folder)
                        ? visible(folder)
                                .findFirst()
                                .map(file -> "none, but for example " + name(file))
                                .orElse("none")
                        : "no such folder";
        return new DataException(
                folder
                        + ": expected "
                        + KINDS
                        + " files to learn the class from, found "
                        + found
                        + "; convert the class's images, or remove its folders");
    }

    private static List<Entry> entries(Path folder, List<String> classes) {
        var entries = new ArrayList<Entry>();
        for (int label = 0; label < classes.size(); label++) {
            Path of = folder.resolve(classes.get(label));
            if (Files.isDirectory(of)) {
                for (Path file : visible(of).filter(ImageFolder::isImage).toList()) {
                    entries.add(new Entry(file, label));
                }
            }
        }
        return entries;
    }

    private static boolean isImage(Path file) {
        return name(file).toLowerCase(Locale.ROOT).matches(".+\\.(png|jpe?g)");
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static Stream<Path> folders(Path folder) {
        return visible(folder).filter(Files::isDirectory);
    }

    /** Returns what is not hidden in a folder, in an order that is the same everywhere. */
    private static Stream<Path> visible(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files
                    .filter(file -> !name(file).startsWith("."))
                    .sorted(Comparator.comparing(ImageFolder::name))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new DataException(folder + ": cannot be listed: " + e, e);
        }
    }

    /** Reads images of one folder as S × S pixels; an image's number is a function of its path. */
    private record Reader(Path folder, ImageScaler scaler, List<String> classes) {

        ImageSet set(List<Entry> entries) {
            int side = scaler.side();
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
                byte[] bytes = ImageScaler.bytes(file);
                digest.update(path(file).getBytes(UTF_8));
                digest.update(bytes);
                labels[i] = entries.get(i).label();
                ids[i] = id(file);
                scaler.paint(file, bytes, pixels, i * size);
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
    }
}
