package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bdia.data.Cifar.Kind;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** What is published about the real sets, checked where BDIA_DATA names a folder that has them. */
@EnabledIfEnvironmentVariable(named = "BDIA_DATA", matches = ".+")
class RealCifarTest {
    private static final DataFolder FOLDER = DataFolder.fromEnvironment();

    @Test
    void cifar10IsAsPublished() {
        assumeTrue(FOLDER.has("cifar-10-batches-bin/test_batch.bin"));
        var split = Cifar.load(FOLDER, Kind.CIFAR_10, 9_000, 1_000, Parts.ALL, 0);
        assertThat(perClass(split.test()))
                .hasSize(10)
                .allSatisfy(n -> assertThat(n).isEqualTo(1_000));
        assertThat(split.train().provenance().sha256())
                .isEqualTo(
                        Sha256.of(
                                FOLDER.read("cifar-10-batches-bin/data_batch_1.bin", 30_730_000)));
        // Published for the whole training set; one batch's means lie within a hundredth of them.
        assertThat(mean(split.train(), 0)).isCloseTo(0.4914, within(0.01));
        assertThat(mean(split.train(), 1)).isCloseTo(0.4822, within(0.01));
        assertThat(mean(split.train(), 2)).isCloseTo(0.4465, within(0.01));
    }

    @Test
    void cifar100HasItsClassesBalanced() {
        assumeTrue(
                FOLDER.has("cifar-100-binary/test-subset.bin")
                        || FOLDER.has("cifar-100-binary/test.bin"));
        var split = Cifar.load(FOLDER, Kind.CIFAR_100, Parts.ALL, 0, Parts.ALL, 0);
        assertThat(perClass(split.train())).hasSize(100).containsOnly(split.train().size() / 100L);
        assertThat(perClass(split.test())).hasSize(100).containsOnly(split.test().size() / 100L);
        assertThat(mean(split.train(), 0)).isCloseTo(0.5071, within(0.01));
    }

    private static Iterable<Long> perClass(ImageSet set) {
        return IntStream.range(0, set.size())
                .boxed()
                .collect(Collectors.groupingBy(set::label, Collectors.counting()))
                .values();
    }

    private static double mean(ImageSet set, int channel) {
        int plane = ImageSet.SIDE * ImageSet.SIDE;
        long sum = 0;
        for (int i = 0; i < set.size(); i++) {
            byte[] image = set.image(i);
            for (int p = channel * plane; p < (channel + 1) * plane; p++) {
                sum += image[p] & 0xFF;
            }
        }
        return sum / (255.0 * plane * set.size());
    }
}
