package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bdia.data.Cifar.Kind;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarTest {
    private static final int LENGTH_10 = 1 + ImageSet.PIXELS;
    private static final int LENGTH_100 = 2 + ImageSet.PIXELS;
    private static final byte[] TRAIN = TestFiles.cifar(Kind.CIFAR_100, 60, 1);
    private static final byte[] TEST = TestFiles.cifar(Kind.CIFAR_100, 20, 2);

    @TempDir private Path root;
    private DataFolder folder;
    private Path train;

    /** The small layout: CIFAR-100 with subset files, which may have any number of records. */
    @BeforeEach
    void write() throws IOException {
        folder = DataFolder.at(root);
        train = TestFiles.write(root.resolve("cifar-100-binary/train-subset.bin.gz"), TRAIN);
        TestFiles.write(root.resolve("cifar-100-binary/test-subset.bin"), TEST);
    }

    private ImageSplit load(int trainSize, int validation, int test) {
        return Cifar.load(folder, Kind.CIFAR_100, trainSize, validation, test, 3);
    }

    private static List<Long> ids(ImageSet set) {
        return IntStream.range(0, set.size()).mapToObj(set::sampleId).toList();
    }

    @Test
    void imagesAndFineLabelsAreThoseOfTheRecordThatTheIdNames() {
        var split = load(30, 10, Parts.ALL);
        for (var set : List.of(split.train(), split.validation(), split.test())) {
            var file = set == split.test() ? TEST : TRAIN;
            for (int i = 0; i < set.size(); i++) {
                int from = (int) set.sampleId(i) * LENGTH_100;
                assertThat(set.label(i)).isEqualTo(file[from + 1]);
                assertThat(set.image(i))
                        .isEqualTo(Arrays.copyOfRange(file, from + 2, from + LENGTH_100));
            }
        }
    }

    @Test
    void trainingAndValidationAreDisjointAndTogetherAll() {
        var split = load(Parts.ALL, 13, 5);
        assertThat(split.train().size()).isEqualTo(47);
        assertThat(Stream.concat(ids(split.train()).stream(), ids(split.validation()).stream()))
                .containsExactlyInAnyOrderElementsOf(LongStream.range(0, 60).boxed().toList());
        assertThat(split.test().size()).isEqualTo(5);
    }

    @Test
    void theSplitIsAFunctionOfItsSeedAndValidationStaysAsTrainingGrows() {
        assertThat(ids(load(20, 10, 5).train())).isEqualTo(ids(load(20, 10, 5).train()));
        assertThat(ids(load(20, 10, 5).validation())).isEqualTo(ids(load(50, 10, 5).validation()));
        var other = Cifar.load(folder, Kind.CIFAR_100, 20, 10, 5, 4);
        assertThat(ids(other.train())).isNotEqualTo(ids(load(20, 10, 5).train()));
    }

    @Test
    void provenanceSaysWhatTheDataAre() {
        var split = load(30, 10, 20);
        var provenance = split.train().provenance();
        assertThat(provenance.name()).isEqualTo("CIFAR-100 subset, 30 training images");
        assertThat(provenance.source()).isEqualTo("cifar-100-binary/train-subset.bin");
        assertThat(provenance.synthetic()).isFalse();
        assertThat(provenance.sha256()).isEqualTo(Sha256.of(TRAIN));
        assertThat(split.test().provenance().sha256()).isEqualTo(Sha256.of(TEST));
    }

    @Test
    void inexactImagesAreCountedInTheName() throws IOException {
        Files.writeString(
                root.resolve("cifar-100-binary/INEXACT.txt"),
                "# file record label\na 1 2\na 3 4\n");
        assertThat(load(1, 0, 1).test().provenance().name())
                .isEqualTo("CIFAR-100 subset (reassembled, 2 images inexact), 1 test images");
    }

    @Test
    void classNamesAreReadWhereTheyAre() throws IOException {
        assertThat(load(1, 0, 1).train().classNames()).isEmpty();
        var names = root.resolve("cifar-100-binary/fine_label_names.txt");
        var lines =
                IntStream.range(0, 100)
                        .mapToObj(i -> "class" + i)
                        .collect(Collectors.joining("\n"));
        Files.writeString(names, lines + "\n\n");
        assertThat(load(1, 0, 1).train().classNames()).hasSize(100).endsWith("class99");
        Files.writeString(names, lines.substring(lines.indexOf('\n')));
        assertThatThrownBy(() -> load(1, 0, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("fine_label_names.txt", "100 lines", "99 lines");
    }

    @Test
    void onlyTheBatchesThatTheSizesNeedAreRead() throws IOException {
        var batches = root.resolve("cifar-10-batches-bin");
        var first = TestFiles.cifar(Kind.CIFAR_10, 10_000, 1);
        TestFiles.write(batches.resolve("data_batch_1.bin"), first);
        TestFiles.write(
                batches.resolve("test_batch.bin"), TestFiles.cifar(Kind.CIFAR_10, 10_000, 2));
        var split = Cifar.load(folder, Kind.CIFAR_10, 9_000, 1_000, 100, 3);
        assertThat(split.train().provenance().sha256()).isEqualTo(Sha256.of(first));
        assertThatThrownBy(() -> Cifar.load(folder, Kind.CIFAR_10, 9_001, 1_000, 100, 3))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data_batch_2.bin");

        var second = TestFiles.cifar(Kind.CIFAR_10, 10_000, 4);
        TestFiles.write(batches.resolve("data_batch_2.bin"), second);
        var both = Cifar.load(folder, Kind.CIFAR_10, 15_000, 0, 100, 3).train();
        int i =
                IntStream.range(0, both.size())
                        .filter(p -> both.sampleId(p) > 10_000)
                        .findFirst()
                        .orElseThrow();
        int from = (int) (both.sampleId(i) - 10_000) * LENGTH_10;
        assertThat(both.image(i)).isEqualTo(Arrays.copyOfRange(second, from + 1, from + LENGTH_10));
    }

    @Test
    void subsetsOfCifar10AreNotRead() throws IOException {
        var part = TestFiles.cifar(Kind.CIFAR_10, 8, 1);
        for (var stem : List.of("data_batch_1", "data_batch_2", "test_batch")) {
            TestFiles.write(root.resolve("cifar-10-batches-bin/" + stem + "-subset.bin"), part);
        }
        assertThat(Cifar.isIn(folder, Kind.CIFAR_10)).isFalse();
        assertThatThrownBy(() -> Cifar.load(folder, Kind.CIFAR_10, Parts.ALL, 0, 1, 3))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no cifar-10-batches-bin/data_batch_1.bin ");
    }

    @Test
    void aPublishedFileNeedsAllItsRecords() throws IOException {
        var file = root.resolve("cifar-10-batches-bin/data_batch_1.bin");
        var right = 10_000 * LENGTH_10;
        for (int length : new int[] {0, LENGTH_10, right - 1, right - LENGTH_10, right + 1}) {
            TestFiles.write(file, new byte[length]);
            assertThatThrownBy(() -> Cifar.load(folder, Kind.CIFAR_10, 5, 5, 5, 3))
                    .as("%d bytes", length)
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll(
                            file.toString(), "expected", "found", "datasets/README.md")
                    .hasMessageContaining(length > right ? "at most " + right : length + " bytes");
        }
    }

    @Test
    void aSubsetNeedsWholeRecords() throws IOException {
        for (int length : new int[] {0, LENGTH_100 - 1, LENGTH_100 + 1}) {
            TestFiles.write(train, new byte[length]);
            assertThatThrownBy(() -> load(1, 0, 1))
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll(train.toString(), "3074 bytes", length + " bytes");
        }
    }

    @Test
    void labelsOutOfRangeAreRefused() throws IOException {
        var coarse = TRAIN.clone();
        coarse[7 * LENGTH_100] = 20;
        TestFiles.write(train, coarse);
        assertThatThrownBy(() -> load(1, 0, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        train.toString(), "coarse labels from 0 to 19", "label 20 in record 7");
        var fine = TRAIN.clone();
        fine[59 * LENGTH_100 + 1] = (byte) 200;
        TestFiles.write(train, fine);
        assertThatThrownBy(() -> load(1, 0, 1))
                .hasMessageContainingAll("class labels from 0 to 99", "label 200 in record 59");
    }

    @Test
    void aTruncatedStreamIsRefused() throws IOException {
        Files.write(train, Arrays.copyOf(Files.readAllBytes(train), 50_000));
        assertThatThrownBy(() -> load(1, 0, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(train.toString());
    }

    @Test
    void askingForMoreThanThereIsSaysHowManyThereAre() {
        assertThatThrownBy(() -> load(51, 10, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("51 training + 10 validation", "holds 60");
        assertThatThrownBy(() -> load(Parts.ALL, 60, 1)).hasMessageContaining("holds 60");
        assertThatThrownBy(() -> load(1, 0, 21)).hasMessageContainingAll("21 test", "holds 20");
        assertThatThrownBy(() -> load(Integer.MAX_VALUE, Integer.MAX_VALUE, 1))
                .isInstanceOf(DataException.class);
    }

    @Test
    void sizesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> load(0, 0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> load(1, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> load(1, 0, -2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void saysWhetherASetIsThereEvenIfItIsDamaged() throws IOException {
        assertThat(Cifar.isIn(folder, Kind.CIFAR_100)).isTrue();
        assertThat(Cifar.isIn(folder, Kind.CIFAR_10)).isFalse();
        Files.write(train, new byte[10]);
        assertThat(Cifar.isIn(folder, Kind.CIFAR_100)).isTrue();
    }
}
