package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ImageSetTest {
    private static final Provenance NOISE =
            new Provenance("noise, 4 images", "generated", true, "");
    private static final ImageSet SET = set(new int[] {3, 1, 4, 1}, new long[] {10, 11, 12, 13}, 5);

    private static ImageSet set(int[] labels, long[] ids, int classes) {
        var pixels = TestFiles.noise(labels.length * ImageSet.PIXELS, 1);
        return new ImageSet(pixels, ImageSet.SIDE, labels, ids, classes, List.of(), NOISE);
    }

    @Test
    void anEpochVisitsEveryImageOnce() {
        var order = SET.order(1, 0);
        Arrays.sort(order);
        assertThat(order).containsExactly(0, 1, 2, 3);
    }

    @Test
    void theOrderIsAFunctionOfSeedAndEpoch() {
        int n = 50;
        var set = set(new int[n], IntStream.range(0, n).asLongStream().toArray(), 1);
        assertThat(set.order(1, 2)).isEqualTo(set.order(1, 2));
        assertThat(set.order(1, 2)).isNotEqualTo(set.order(1, 3)).isNotEqualTo(set.order(2, 2));
    }

    @Test
    void aBatchCarriesLabelsAndIdsOfItsPositions() {
        var batch = SET.batch(new int[] {2, 0, 2}, Augmentation.none(), 1, 0);
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.labels()).containsExactly(4, 3, 4);
        assertThat(batch.sampleIds()).containsExactly(12, 10, 12);
        assertThat(batch.pixels()).hasSize(3 * ImageSet.PIXELS);
        int two = 2 * ImageSet.PIXELS;
        assertThat(Arrays.copyOf(batch.pixels(), ImageSet.PIXELS))
                .isEqualTo(Arrays.copyOfRange(batch.pixels(), two, two + ImageSet.PIXELS))
                .isNotEqualTo(Arrays.copyOfRange(batch.pixels(), ImageSet.PIXELS, two));
    }

    @Test
    void anImageIsACopy() {
        var image = SET.image(1);
        image[0] ^= 1;
        assertThat(SET.image(1)).isNotEqualTo(image).hasSize(ImageSet.PIXELS);
    }

    @Test
    void aPositionOutsideIsRefused() {
        for (int position : new int[] {-1, 4}) {
            assertThatThrownBy(() -> SET.batch(new int[] {position}, Augmentation.none(), 1, 0))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContainingAll("position " + position, "noise, 4 images");
        }
    }

    @Test
    void partsThatDisagreeAreRefused() {
        assertThatThrownBy(() -> set(new int[] {0, 5}, new long[] {1, 2}, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("label 1", "0 to 4", "is 5");
        assertThatThrownBy(() -> set(new int[] {0, 0}, new long[] {1, 1}, 5))
                .hasMessageContaining("1 comes twice");
        assertThatThrownBy(() -> set(new int[] {0}, new long[] {1, 2}, 5))
                .hasMessageContainingAll("1 labels", "2 ids");
        assertThatThrownBy(
                        () ->
                                new ImageSet(
                                        new byte[5],
                                        ImageSet.SIDE,
                                        new int[1],
                                        new long[1],
                                        5,
                                        List.of(),
                                        NOISE))
                .hasMessageContainingAll("5 pixels", "3072 an image");
        assertThatThrownBy(
                        () ->
                                new ImageSet(
                                        new byte[0],
                                        ImageSet.SIDE,
                                        new int[0],
                                        new long[0],
                                        5,
                                        List.of("a"),
                                        NOISE))
                .hasMessageContainingAll("5 classes", "1");
    }
}
