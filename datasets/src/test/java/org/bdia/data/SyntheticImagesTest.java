package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SyntheticImagesTest {
    @Test
    void anImageIsAFunctionOfSeedAndIdWhateverTheSizes() {
        var few = SyntheticImages.split(10, 3, 2, 2, 5);
        var many = SyntheticImages.split(10, 30, 9, 7, 5);
        assertThat(few.train().image(2)).isEqualTo(many.train().image(2));
        assertThat(few.validation().image(1)).isEqualTo(many.validation().image(1));
        assertThat(few.test().label(1)).isEqualTo(many.test().label(1));
        assertThat(SyntheticImages.split(10, 3, 2, 2, 6).train().image(2))
                .isNotEqualTo(few.train().image(2));
    }

    @Test
    void partsShareNoIds() {
        var split = SyntheticImages.split(10, 20, 20, 20, 5);
        var ids =
                IntStream.range(0, 20)
                        .boxed()
                        .flatMap(
                                i ->
                                        Stream.of(
                                                split.train().sampleId(i),
                                                split.validation().sampleId(i),
                                                split.test().sampleId(i)));
        assertThat(ids).doesNotHaveDuplicates().hasSize(60);
    }

    @Test
    void theyAreLabelledSyntheticWhereverTheyAppear() {
        var provenance = SyntheticImages.split(10, 3, 0, 2, 5).train().provenance();
        assertThat(provenance.synthetic()).isTrue();
        assertThat(provenance.name()).isEqualTo("synthetic gratings, 3 training images");
        assertThat(provenance.source()).contains("seed 5", "not real data");
        assertThat(provenance.sha256()).matches("[0-9a-f]{64}");
    }

    /** The mean colour of a class is learnable, but alone it leaves mistakes: the orientation is needed. */
    @Test
    void theyCanBeLearntButNotTrivially() {
        var split = SyntheticImages.split(10, 600, 0, 300, 5);
        var centres = new double[10][ImageSet.CHANNELS];
        var counts = new int[10];
        for (int i = 0; i < 600; i++) {
            int label = split.train().label(i);
            counts[label]++;
            add(centres[label], colour(split.train().image(i)));
        }
        int hits = 0;
        for (int i = 0; i < 300; i++) {
            var colour = colour(split.test().image(i));
            hits += nearest(centres, counts, colour) == split.test().label(i) ? 1 : 0;
        }
        assertThat(hits / 300.0).isBetween(0.3, 0.9);
    }

    @Test
    void aHundredClassesAllCome() {
        var train = SyntheticImages.split(100, 1500, 0, 1, 5).train();
        assertThat(IntStream.range(0, train.size()).map(train::label).distinct()).hasSize(100);
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> SyntheticImages.split(10, Parts.ALL, 0, 1, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("train", "is -1");
        assertThatThrownBy(() -> SyntheticImages.split(10, 1, 1_000_001, 1, 5))
                .hasMessageContaining("validation");
        assertThatThrownBy(() -> SyntheticImages.split(101, 1, 0, 1, 5))
                .hasMessageContaining("101");
    }

    private static double[] colour(byte[] image) {
        var sum = new double[ImageSet.CHANNELS];
        for (int i = 0; i < image.length; i++) {
            sum[i / (ImageSet.SIDE * ImageSet.SIDE)] += image[i] & 0xFF;
        }
        return sum;
    }

    private static void add(double[] to, double[] what) {
        for (int c = 0; c < to.length; c++) {
            to[c] += what[c];
        }
    }

    private static int nearest(double[][] sums, int[] counts, double[] colour) {
        int best = -1;
        double least = Double.MAX_VALUE;
        for (int k = 0; k < sums.length; k++) {
            double distance = 0;
            for (int c = 0; c < colour.length; c++) {
                distance += Math.pow(sums[k][c] / counts[k] - colour[c], 2);
            }
            if (distance < least) {
                least = distance;
                best = k;
            }
        }
        return best;
    }
}
