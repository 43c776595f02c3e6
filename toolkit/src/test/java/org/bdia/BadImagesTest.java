package org.bdia;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.bdia.BadInput.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.bdia.BadInput.Step;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.PublishedSet;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Image files that are damaged or not what their names promise, and more asked of them than they hold. */
class BadImagesTest {

    private static final int RECORD = 3074;
    private static final String TRAIN = "cifar-100-binary/train-subset.bin";
    private static final String AGAIN = "; put the file there again, see datasets/README.md";

    static Stream<BadInput> images() {
        byte[] five = new byte[5 * RECORD];
        byte[] coarse = five.clone();
        coarse[2 * RECORD] = 20;
        byte[] fine = five.clone();
        fine[3 * RECORD + 1] = 100;
        byte[] gzip = gzip(five);
        byte[] damaged = gzip.clone();
        damaged[damaged.length - 5] ^= 1;
        byte[] label = new byte[30_730_000];
        label[4 * 3073] = 10;
        Step ten = root -> cifar(root, Cifar.Kind.CIFAR_10, 1);
        Step hundred = root -> cifar(root, Cifar.Kind.CIFAR_100, 4);
        return Stream.of(
                BadInput.of(
                        "no file",
                        ten,
                        "ROOT: no cifar-10-batches-bin/data_batch_1.bin (also looked for .gz and .xz); "
                                + "put the data there as datasets/README.md says, or set BDIA_DATA to the folder "
                                + "that has them"),
                file(
                        "cut short",
                        "cifar-10-batches-bin/data_batch_1.bin",
                        five,
                        ten,
                        "ROOT/cifar-10-batches-bin/data_batch_1.bin: expected 10000 records of 3073 "
                                + "bytes, found 15370 bytes"
                                + AGAIN),
                file(
                        "too long",
                        TRAIN + ".gz",
                        gzip(new byte[153_700_001]),
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin.gz: expected at most 153700000 "
                                + "unpacked bytes, found more than that"
                                + AGAIN),
                file(
                        "label",
                        "cifar-10-batches-bin/data_batch_1.bin.gz",
                        gzip(label),
                        ten,
                        "ROOT/cifar-10-batches-bin/data_batch_1.bin.gz: expected class labels from 0 "
                                + "to 9, found label 10 in record 4"
                                + AGAIN),
                file(
                        "empty",
                        TRAIN,
                        new byte[0],
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin: expected 1 to 50000 records of 3074 "
                                + "bytes, found 0 bytes"
                                + AGAIN),
                file(
                        "no whole records",
                        TRAIN,
                        Arrays.copyOf(five, 9000),
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin: expected 1 to 50000 records of 3074 "
                                + "bytes, found 9000 bytes"
                                + AGAIN),
                file(
                        "coarse label",
                        TRAIN,
                        coarse,
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin: expected coarse labels from 0 to 19, "
                                + "found label 20 in record 2"
                                + AGAIN),
                file(
                        "fine label",
                        TRAIN,
                        fine,
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin: expected class labels from 0 to 99, "
                                + "found label 100 in record 3"
                                + AGAIN),
                file(
                        "too few",
                        TRAIN,
                        new byte[3 * RECORD],
                        hundred,
                        "ROOT: 4 training + 0 validation images are asked for, but "
                                + "cifar-100-binary/train-subset.bin holds 3; ask for fewer"),
                file(
                        "gzip cut short",
                        TRAIN + ".gz",
                        Arrays.copyOf(gzip, 40),
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin.gz: expected a readable file, unbroken "
                                + "to its end, found: java.io.EOFException: Unexpected end of ZLIB input stream"
                                + AGAIN),
                file(
                        "gzip damaged",
                        TRAIN + ".gz",
                        damaged,
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin.gz: expected a readable file, unbroken "
                                + "to its end, found: java.util.zip.ZipException: Corrupt GZIP trailer"
                                + AGAIN),
                file(
                        "no gzip",
                        TRAIN + ".gz",
                        five,
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin.gz: expected a readable file, unbroken "
                                + "to its end, found: java.util.zip.ZipException: Not in GZIP format"
                                + AGAIN),
                file(
                        "no xz",
                        TRAIN + ".xz",
                        gzip,
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin.xz: expected a readable file, unbroken "
                                + "to its end, found: org.tukaani.xz.XZFormatException: Input is not in the XZ "
                                + "format"
                                + AGAIN),
                new BadInput(
                        "checksum",
                        root -> {
                            BadInput.write(root.resolve(TRAIN), five);
                            BadInput.write(
                                    root.resolve(TRAIN + ".sha256"),
                                    ("ab".repeat(32) + "  train-subset.bin\n").getBytes(UTF_8));
                        },
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin: expected SHA-256 HASH, found SHA-256 "
                                + "HASH"
                                + AGAIN),
                new BadInput(
                        "no checksum",
                        root -> {
                            BadInput.write(root.resolve(TRAIN), five);
                            BadInput.write(root.resolve(TRAIN + ".sha256"), "md5".getBytes(UTF_8));
                        },
                        hundred,
                        "ROOT/cifar-100-binary/train-subset.bin.sha256: expected one line as sha256sum "
                                + "writes it (64 hexadecimal digits, the file's name), found 'md5'; write it "
                                + "again or remove it"),
                new BadInput(
                        "class names",
                        root -> {
                            BadInput.write(root.resolve(TRAIN), five);
                            BadInput.write(
                                    root.resolve("cifar-100-binary/fine_label_names.txt"),
                                    "apple\npear\n".getBytes(UTF_8));
                        },
                        hundred,
                        "ROOT/cifar-100-binary/fine_label_names.txt: expected 100 lines, a class name "
                                + "each, found 2 lines"
                                + AGAIN),
                BadInput.of(
                        "no images",
                        root -> cifar(root, Cifar.Kind.CIFAR_10, 0),
                        "train and test must be above 0 or Parts.ALL (-1), validation 0 or more, but "
                                + "are 0, 1 and 0"),
                BadInput.of(
                        "no such set",
                        root -> PublishedSet.of("mnist"),
                        "there is no data set 'mnist' to fetch; choose from cifar-10, cifar-100, "
                                + "eng-fra, tinyshakespeare, e2e-nlg, gpt2-bpe"));
    }

    @ParameterizedTest
    @MethodSource("images")
    void badImagesAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static void cifar(Path root, Cifar.Kind kind, int train) {
        Cifar.load(DataFolder.at(root), kind, train, 0, 1, 0);
    }

    private static byte[] gzip(byte[] content) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
