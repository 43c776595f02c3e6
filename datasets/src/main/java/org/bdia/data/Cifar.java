package org.bdia.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * CIFAR-10 and CIFAR-100 (fine labels) from the published binary files.
 *
 * @see <a href="https://www.cs.toronto.edu/~kriz/cifar.html">Krizhevsky, 2009</a>
 */
public final class Cifar {
    /** Which of the two sets. */
    public enum Kind {
        /** Ten classes, five training files and one test file of 10,000 records each. */
        CIFAR_10("CIFAR-10", "cifar-10-batches-bin/", 10, 1, "batches.meta.txt"),

        /** A hundred classes, one training file of 50,000 records and one test file of 10,000. */
        CIFAR_100("CIFAR-100", "cifar-100-binary/", 100, 2, "fine_label_names.txt");

        private final String title;
        private final String directory;
        private final int classes;
        private final int labelBytes;
        private final String namesFile;

        Kind(String title, String directory, int classes, int labelBytes, String namesFile) {
            this.title = title;
            this.directory = directory;
            this.classes = classes;
            this.labelBytes = labelBytes;
            this.namesFile = directory + namesFile;
        }

        /** Returns the number of classes. */
        public int classes() {
            return classes;
        }

        int labelBytes() {
            return labelBytes;
        }

        private List<DataFile> trainingFiles(DataFolder folder) {
            return this == CIFAR_10
                    ? IntStream.rangeClosed(1, 5)
                            .mapToObj(i -> file(folder, "data_batch_" + i, 10_000))
                            .toList()
                    : List.of(file(folder, "train", 50_000));
        }

        private DataFile testFile(DataFolder folder) {
            return file(folder, this == CIFAR_10 ? "test_batch" : "test", 10_000);
        }

        /** Returns the published file, or of CIFAR-100 the subset if only that is there. */
        private DataFile file(DataFolder folder, String stem, int records) {
            var subset = new DataFile(directory + stem + "-subset.bin", this, records, true);
            var published = new DataFile(directory + stem + ".bin", this, records, false);
            // Of several training files, all are full, so that a record's number says its file.
            boolean only = folder.has(subset.name()) && !folder.has(published.name());
            return this == CIFAR_100 && only ? subset : published;
        }
    }

    private Cifar() {}

    /**
     * Loads disjoint training and validation images from the training files, and test images from the test file. The choice
     * and order of images are functions of the sizes and the seed; only as many training files are read as the sizes need.
     * Sample ids are record numbers, counted through the files in order.
     *
     * @param train the number of training images, or {@link Parts#ALL} but the validation images
     * @param validation the number of validation images, 0 or more
     * @param test the number of test images, or {@link Parts#ALL}
     * @param splitSeed chooses the images
     * @throws DataException if a file is missing or damaged, or has fewer images than asked for
     * @throws IllegalArgumentException if train or test is neither positive nor ALL, or validation is negative
     */
    public static ImageSplit load(
            DataFolder folder, Kind kind, int train, int validation, int test, long splitSeed) {
        requireSizes(train, validation, test);
        var names = classNames(folder, kind);
        var forTraining = Records.read(folder, needed(folder, kind, train, validation));
        int trainSize = train == Parts.ALL ? forTraining.count() - validation : train;
        long asked = (long) trainSize + validation;
        if (trainSize < 1 || asked > forTraining.count()) {
            throw tooFew(folder, forTraining, train, " training + " + validation + " validation");
        }
        var trainOrder = forTraining.order(splitSeed, 0);
        int[] held = Arrays.copyOfRange(trainOrder, 0, validation);
        int[] learned = Arrays.copyOfRange(trainOrder, validation, validation + trainSize);
        var trainSet = forTraining.gather(folder, learned, "training", names);
        var validationSet = forTraining.gather(folder, held, "validation", names);

        var forTest = Records.read(folder, List.of(kind.testFile(folder)));
        int testSize = test == Parts.ALL ? forTest.count() : test;
        if (testSize > forTest.count()) {
            throw tooFew(folder, forTest, test, " test");
        }
        int[] tested = Arrays.copyOf(forTest.order(splitSeed, 1), testSize);
        return new ImageSplit(
                trainSet, validationSet, forTest.gather(folder, tested, "test", names));
    }

    /** Returns whether the folder has the set's test file and its first training file, damaged or not. */
    public static boolean isIn(DataFolder folder, Kind kind) {
        return folder.has(kind.testFile(folder).name())
                && folder.has(kind.trainingFiles(folder).get(0).name());
    }

    private static void requireSizes(int train, int validation, int test) {
        if ((train < 1 && train != Parts.ALL)
                || validation < 0
                || (test < 1 && test != Parts.ALL)) {
            throw new IllegalArgumentException(
                    "train and test must be above 0 or Parts.ALL (-1), validation 0 or more, but are "
                            + train
                            + ", "
                            + test
                            + " and "
                            + validation);
        }
    }

    private static List<DataFile> needed(DataFolder folder, Kind kind, int train, int validation) {
        var files = kind.trainingFiles(folder);
        if (train == Parts.ALL) {
            return files;
        }
        long perFile = files.get(0).records();
        long count = ((long) train + validation + perFile - 1) / perFile;
        return files.subList(0, (int) Math.min(count, files.size()));
    }

    private static DataException tooFew(
            DataFolder folder, Records records, int asked, String rest) {
        return new DataException(
                folder
                        + ": "
                        + (asked == Parts.ALL ? "all" : "" + asked)
                        + rest
                        + " images are asked for, but "
                        + records.names()
                        + " holds "
                        + records.count()
                        + "; ask for fewer");
    }

    private static List<String> classNames(DataFolder folder, Kind kind) {
        if (!folder.has(kind.namesFile)) {
            return List.of();
        }
        var names = folder.lines(kind.namesFile);
        if (names.size() != kind.classes) {
            throw DataException.damaged(
                    folder.locate(kind.namesFile),
                    kind.classes + " lines, a class name each",
                    names.size() + " lines");
        }
        return names;
    }

    /** The unpacked files of one part of a set, and their common digest. */
    private record Records(List<DataFile> files, List<byte[]> unpacked, String sha256) {

        static Records read(DataFolder folder, List<DataFile> files) {
            var digest = Sha256.digest();
            var unpacked = new ArrayList<byte[]>();
            for (var file : files) {
                byte[] bytes = file.read(folder);
                digest.update(bytes);
                unpacked.add(bytes);
            }
            return new Records(files, unpacked, Sha256.hex(digest));
        }

        int count() {
            int length = files.get(0).recordLength();
            return unpacked.stream().mapToInt(bytes -> bytes.length / length).sum();
        }

        String names() {
            return files.stream().map(DataFile::name).collect(Collectors.joining(", "));
        }

        int[] order(long seed, int half) {
            return SplitMix64.permutation(count(), Purpose.SPLIT.key(seed, half, 0));
        }

        ImageSet gather(DataFolder folder, int[] numbers, String part, List<String> classNames) {
            var pixels = new byte[Math.multiplyExact(numbers.length, ImageSet.PIXELS)];
            var labels = new int[numbers.length];
            var ids = new long[numbers.length];
            for (int i = 0; i < numbers.length; i++) {
                int f = numbers[i] / files.get(0).records();
                int record = numbers[i] % files.get(0).records();
                var file = files.get(f);
                int from = (record + 1) * file.recordLength() - ImageSet.PIXELS;
                System.arraycopy(
                        unpacked.get(f), from, pixels, i * ImageSet.PIXELS, ImageSet.PIXELS);
                labels[i] = file.label(unpacked.get(f), record);
                ids[i] = numbers[i];
            }
            var provenance = provenance(folder, numbers.length, part);
            return new ImageSet(
                    pixels,
                    ImageSet.SIDE,
                    labels,
                    ids,
                    files.get(0).kind().classes(),
                    classNames,
                    provenance);
        }

        private Provenance provenance(DataFolder folder, int images, String part) {
            var kind = files.get(0).kind();
            var title = kind.title + (files.get(0).subset() ? " subset" : "");
            // In the name, not in the source alone: names are what captions and tables print.
            var inexact = kind.directory + "INEXACT.txt";
            if (folder.has(inexact)) {
                long listed =
                        folder.lines(inexact).stream()
                                .filter(line -> !line.startsWith("#"))
                                .count();
                title += " (reassembled, " + listed + " images inexact)";
            }
            return new Provenance(
                    title + ", " + images + " " + part + " images", names(), false, sha256);
        }
    }

    /**
     * One file of CIFAR records, in the published binary layout: label bytes, then 3072 bytes of R, G, B planes.
     *
     * @param name the logical name in the data folder
     * @param kind the set, and so its labels
     * @param records the records of the published file
     * @param subset whether fewer records are allowed, of CIFAR-100 alone
     */
    private record DataFile(String name, Kind kind, int records, boolean subset) {

        /** Returns the unpacked file, its length and labels checked. */
        byte[] read(DataFolder folder) {
            int length = recordLength();
            byte[] bytes = folder.read(name, records * length);
            int found = bytes.length / length;
            if (bytes.length % length != 0 || found == 0 || (!subset && found != records)) {
                throw DataException.damaged(
                        folder.locate(name),
                        (subset ? "1 to " + records : "" + records)
                                + " records of "
                                + length
                                + " bytes",
                        bytes.length + " bytes");
            }
            for (int record = 0; record < found; record++) {
                if (kind == Kind.CIFAR_100) {
                    check(folder, record, "coarse", bytes[record * length] & 0xFF, 20);
                }
                check(folder, record, "class", label(bytes, record), kind.classes());
            }
            return bytes;
        }

        int recordLength() {
            return kind.labelBytes() + ImageSet.PIXELS;
        }

        /** Returns the last label byte: the class, in CIFAR-100 the fine one. */
        int label(byte[] bytes, int record) {
            return bytes[record * recordLength() + kind.labelBytes() - 1] & 0xFF;
        }

        private void check(DataFolder folder, int record, String which, int label, int classes) {
            if (label >= classes) {
                throw DataException.damaged(
                        folder.locate(name),
                        which + " labels from 0 to " + (classes - 1),
                        "label " + label + " in record " + record);
            }
        }
    }
}
