package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AugmentationTest {
    private static final int SIDE = ImageSet.SIDE;
    private static final List<Double> UNIT = List.of(1 / 255.0, 1 / 255.0, 1 / 255.0);
    private static final List<Double> ZERO = List.of(0.0, 0.0, 0.0);

    /** One image whose grey levels are never 0, so that padding is told from image. */
    private static final ImageSet ONE = set(1);

    private static ImageSet set(int images) {
        var pixels = TestFiles.noise(images * ImageSet.PIXELS, 3);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] |= 1;
        }
        var provenance = new Provenance("noise", "generated", true, "");
        var ids = IntStream.range(0, images).mapToLong(i -> 100L + i).toArray();
        return new ImageSet(pixels, ImageSet.SIDE, new int[images], ids, 10, List.of(), provenance);
    }

    private static float[] once(ImageSet set, Augmentation augmentation, int epoch) {
        return set.batch(new int[] {0}, augmentation, 7, epoch).pixels();
    }

    /** The definition: a window of the zero-padded image, then mirrored. In grey levels. */
    private static float[] window(byte[] image, int dy, int dx, boolean mirrored) {
        var out = new float[ImageSet.PIXELS];
        for (int i = 0; i < out.length; i++) {
            int x = mirrored ? SIDE - 1 - i % SIDE : i % SIDE;
            int y = i / SIDE % SIDE + dy;
            x += dx;
            boolean inside = x >= 0 && x < SIDE && y >= 0 && y < SIDE;
            out[i] = inside ? image[(i / (SIDE * SIDE) * SIDE + y) * SIDE + x] & 0xFF : 0;
        }
        return out;
    }

    private static float[] rounded(float[] values) {
        var out = values.clone();
        for (int i = 0; i < out.length; i++) {
            out[i] = Math.round(out[i]);
        }
        return out;
    }

    @Test
    void normalisationIsValueOver255MinusMeanOverStd() {
        var mean = List.of(0.1, 0.2, 0.3);
        var std = List.of(0.5, 2.0, 4.0);
        var pixels = once(ONE, new Augmentation(0, false, mean, std), 0);
        var image = ONE.image(0);
        for (int i = 0; i < pixels.length; i++) {
            int c = i / (SIDE * SIDE);
            double expected = ((image[i] & 0xFF) / 255.0 - mean.get(c)) / std.get(c);
            assertThat((double) pixels[i]).isCloseTo(expected, within(1e-6));
        }
    }

    @Test
    void everyCropAndFlipIsAWindowOfThePaddedImageAndAllOfThemComeEvenly() {
        var augmentation = new Augmentation(1, true, ZERO, UNIT);
        var windows = new HashMap<List<Float>, Integer>();
        for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
                windows.put(boxed(window(ONE.image(0), dy, dx, false)), 0);
                windows.put(boxed(window(ONE.image(0), dy, dx, true)), 0);
            }
        }
        assertThat(windows).hasSize(18);
        int epochs = 1800;
        for (int epoch = 0; epoch < epochs; epoch++) {
            var seen = boxed(rounded(once(ONE, augmentation, epoch)));
            assertThat(windows).containsKey(seen);
            windows.merge(seen, 1, Integer::sum);
        }
        assertThat(windows.values()).allSatisfy(count -> assertThat(count).isBetween(50, 150));
    }

    @Test
    void paddingIsBlackBeforeNormalisation() {
        var paper = Augmentation.paper();
        float black = (float) ((0 - paper.mean().get(0)) / paper.std().get(0));
        var corners = new HashSet<Float>();
        for (int epoch = 0; epoch < 100; epoch++) {
            corners.add(once(ONE, paper, epoch)[0]);
        }
        assertThat(corners).anySatisfy(v -> assertThat(v).isCloseTo(black, within(1e-5f)));
    }

    @Test
    void anImagesCropAndFlipDoNotDependOnItsBatch() {
        var set = set(6);
        var together = set.batch(new int[] {4, 1, 5}, Augmentation.paper(), 7, 2).pixels();
        for (int i = 0; i < 3; i++) {
            int position = new int[] {4, 1, 5}[i];
            var alone = set.batch(new int[] {position}, Augmentation.paper(), 7, 2).pixels();
            int from = i * ImageSet.PIXELS;
            assertThat(alone).isEqualTo(Arrays.copyOfRange(together, from, from + alone.length));
        }
    }

    @Test
    void seedEpochAndIdEachChangeTheDraw() {
        var a = Augmentation.paper();
        var base = set(2).batch(new int[] {0}, a, 7, 0).pixels();
        assertThat(IntStream.range(1, 5).mapToObj(e -> once(ONE, a, e)))
                .anySatisfy(other -> assertThat(other).isNotEqualTo(base));
        assertThat(IntStream.range(8, 12).mapToObj(s -> ONE.batch(new int[] {0}, a, s, 0).pixels()))
                .anySatisfy(other -> assertThat(other).isNotEqualTo(base));
    }

    @Test
    void whatEvaluatesKeepsTheNormalisationAndDropsTheChance() {
        assertThat(Augmentation.paper().deterministic()).isEqualTo(Augmentation.none());
        assertThat(once(ONE, Augmentation.none(), 0)).isEqualTo(once(ONE, Augmentation.none(), 1));
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Augmentation(-1, false, ZERO, UNIT))
                .hasMessageContaining("-1");
        assertThatThrownBy(() -> new Augmentation(33, false, ZERO, UNIT))
                .hasMessageContaining("33");
        assertThatThrownBy(() -> new Augmentation(0, false, ZERO, ZERO))
                .hasMessageContaining("std");
        assertThatThrownBy(() -> new Augmentation(0, false, List.of(1.0), UNIT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("mean", "3 finite numbers", "[1.0]");
        assertThatThrownBy(() -> new Augmentation(0, false, List.of(1.0, Double.NaN, 1.0), UNIT))
                .hasMessageContaining("NaN");
    }

    private static List<Float> boxed(float[] values) {
        return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
    }
}
