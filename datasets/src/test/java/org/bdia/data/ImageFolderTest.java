package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntBinaryOperator;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageFolderTest {

    private static final Parts ALL = new Parts(Parts.ALL, 0, 0);

    @TempDir private Path root;

    private void write(String name, int width, int height, int type, IntBinaryOperator argb)
            throws IOException {
        var image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, argb.applyAsInt(x, y));
            }
        }
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        String format = name.substring(name.lastIndexOf('.') + 1).replace("jpeg", "jpg");
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    }

    private void grey(String name, int level) throws IOException {
        write(name, 4, 4, BufferedImage.TYPE_INT_RGB, (x, y) -> level * 0x010101);
    }

    private static Set<Long> ids(ImageSet set) {
        var ids = new TreeSet<Long>();
        for (int i = 0; i < set.size(); i++) {
            ids.add(set.sampleId(i));
        }
        return ids;
    }

    /** A centred square of 4 × 4, halved and doubled: the expected levels are worked out by hand. */
    @Test
    void aPixelIsTheMeanOverItsArea() throws IOException {
        write(
                "a/wide.png",
                8,
                4,
                BufferedImage.TYPE_INT_RGB,
                (x, y) -> x < 2 || x >= 6 ? 0xFFFFFF : ((x - 2) * 10 + y) << 16);
        grey("b/x.png", 7);
        ImageSet halved = ImageFolder.load(root, 2, ALL, 0).train();
        int wide = halved.label(0) == 0 ? 0 : 1;
        // columns 0, 1 of the square hold red 0 + y and 10 + y: the mean over rows 0, 1 is 5.5
        assertThat(Arrays.copyOf(halved.image(wide), 4)).containsExactly(6, 26, 8, 28);
        assertThat(Arrays.copyOfRange(halved.image(wide), 4, 12)).containsOnly(0);
        assertThat(halved.image(1 - wide)).containsOnly(7);
        assertThat(ImageFolder.image(root.resolve("a/wide.png"), 2)).isEqualTo(halved.image(wide));
        ImageSet doubled = ImageFolder.load(root, 8, ALL, 0).train();
        assertThat(Arrays.copyOf(doubled.image(doubled.label(0) == 0 ? 0 : 1), 8))
                .containsExactly(0, 0, 10, 10, 20, 20, 30, 30);
        ImageSet odd = ImageFolder.load(root, 3, ALL, 0).train();
        // a third of four pixels: (0 + 10 / 3) / (4 / 3) = 2.5 in row 0, + (0 + 1 / 3) / (4 / 3) =
        // 0.25
        assertThat(odd.image(odd.label(0) == 0 ? 0 : 1)[0]).isEqualTo((byte) 3);
    }

    @Test
    void transparencyIsLaidOnWhite() throws IOException {
        write("a/clear.png", 2, 2, BufferedImage.TYPE_INT_ARGB, (x, y) -> 0x00123456);
        write("b/half.png", 2, 2, BufferedImage.TYPE_INT_ARGB, (x, y) -> 0x80000000);
        ImageSet set = ImageFolder.load(root, 2, ALL, 0).train();
        int clear = set.label(0) == 0 ? 0 : 1;
        assertThat(set.image(clear)).containsOnly(255);
        assertThat(set.image(1 - clear)).containsOnly(127);
    }

    /** A grey image's level is the file's, not its conversion from linear light. */
    @Test
    void aGreyImageHasTheLevelsOfItsFile() throws IOException {
        for (String format : List.of("png", "jpg")) {
            var grey = new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY);
            grey.getRaster()
                    .setSamples(0, 0, 8, 8, 0, IntStream.generate(() -> 128).limit(64).toArray());
            Path file = root.resolve("grey." + format);
            assertThat(ImageIO.write(grey, format, file.toFile())).isTrue();
            assertThat(ImageFolder.image(file, 1)).as(format).containsOnly(128);
        }
        var deep = new BufferedImage(1, 1, BufferedImage.TYPE_USHORT_GRAY);
        deep.getRaster().setSample(0, 0, 0, 0x4040);
        Path file = root.resolve("deep.png");
        assertThat(ImageIO.write(deep, "png", file.toFile())).isTrue();
        assertThat(ImageFolder.image(file, 1)).containsOnly(0x40);
    }

    @Test
    void aHiddenFolderIsNoClass() throws IOException {
        grey("a/x.png", 1);
        grey("b/x.png", 2);
        Files.createDirectories(root.resolve(".ipynb_checkpoints"));
        assertThat(ImageFolder.classes(root)).containsExactly("a", "b");
    }

    @Test
    void aLargerTrainingPartDoesNotChangeTheOthers() throws IOException {
        for (int i = 0; i < 20; i++) {
            grey("cat/" + i + ".png", i);
            grey("dog/" + i + (i % 2 == 0 ? ".jpg" : ".JPEG"), i);
        }
        Files.writeString(root.resolve("cat/notes.txt"), "no image");
        Files.writeString(root.resolve("cat/.hidden.png"), "no image");
        assertThat(ImageFolder.classes(root)).containsExactly("cat", "dog");
        ImageSplit small = ImageFolder.load(root, 4, new Parts(5, 0.1, 8), 3);
        ImageSplit large = ImageFolder.load(root, 4, new Parts(Parts.ALL, 0.1, 8), 3);
        assertThat(small.train().size()).isEqualTo(5);
        assertThat(large.train().size()).isEqualTo(28);
        assertThat(small.validation().size()).isEqualTo(4);
        assertThat(ids(large.test())).isEqualTo(ids(small.test()));
        assertThat(ids(large.train())).containsAll(ids(small.train()));
        assertThat(ids(large.train())).doesNotContainAnyElementsOf(ids(large.test()));
        assertThat(large.train().classNames()).containsExactly("cat", "dog");
        assertThat(ids(ImageFolder.load(root, 4, new Parts(5, 0.1, 8), 4).test()))
                .isNotEqualTo(ids(small.test()));
        assertThatThrownBy(() -> ImageFolder.load(root, 4, new Parts(30, 0.1, 8), 3))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("30 training, 4 validation and 8 test images are asked for")
                .hasMessageContaining("holds 40; ask for fewer");
    }

    @Test
    void everyPartHasEachClassInItsShare() throws IOException {
        for (int i = 0; i < 40; i++) {
            grey("cat/" + i + ".png", i);
            if (i < 20) {
                grey("dog/" + i + ".png", i);
            }
        }
        for (long seed = 0; seed < 20; seed++) {
            ImageSplit split = ImageFolder.load(root, 4, new Parts(Parts.ALL, 6, 0.1), seed);
            assertThat(dogs(split.test())).isEqualTo(2);
            assertThat(dogs(split.validation())).isEqualTo(2);
            assertThat(dogs(split.train())).isEqualTo(16);
            assertThat(dogs(ImageFolder.load(root, 4, new Parts(3, 2, 2), seed).test()))
                    .isEqualTo(1);
        }
    }

    private static long dogs(ImageSet set) {
        return IntStream.range(0, set.size()).filter(i -> set.label(i) == 1).count();
    }

    @Test
    void partsMayHaveFoldersOfTheirOwn() throws IOException {
        for (int i = 0; i < 6; i++) {
            grey("train/a/" + i + ".png", i);
            grey("train/b/" + i + ".png", i);
            grey("test/b/" + i + ".png", 200);
        }
        ImageSplit split = ImageFolder.load(root, 4, Parts.nineTenths(), 0);
        assertThat(split.train().size()).isEqualTo(11);
        assertThat(split.validation().size()).isEqualTo(1);
        assertThat(split.test().size()).isEqualTo(6);
        assertThat(split.test().label(0)).isEqualTo(1);
        grey("val/a/0.png", 9);
        assertThat(ImageFolder.load(root, 4, Parts.nineTenths(), 0).train().size()).isEqualTo(12);
        assertThat(ImageFolder.load(root, 4, new Parts(3, 0, 2), 0).test().size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"validation", "val", "valid"})
    void theValidationPartHasSeveralNames(String name) throws IOException {
        for (int i = 0; i < 6; i++) {
            grey("train/a/" + i + ".png", i);
            grey("train/b/" + i + ".png", i);
        }
        grey(name + "/a/0.png", 9);
        ImageSplit split = ImageFolder.load(root, 4, Parts.nineTenths(), 0);
        assertThat(split.validation().size()).isEqualTo(1);
        assertThat(split.validation().image(0)).containsOnly(9);
        assertThat(split.train().size()).isEqualTo(11);
    }

    /** Vehicles have a class of this name, whose folder holds images and no folders but hidden ones. */
    @Test
    void aClassMayBeCalledTrain() throws IOException {
        for (String name : List.of("bus", "test", "train")) {
            grey(name + "/0.png", 1);
        }
        Files.createDirectories(root.resolve("train/.ipynb_checkpoints"));
        assertThat(ImageFolder.classes(root)).containsExactly("bus", "test", "train");
        assertThat(ImageFolder.load(root, 4, ALL, 0).train().size()).isEqualTo(3);
    }

    @Test
    void aClassWithoutAnImageToTrainOnIsRefused() throws IOException {
        grey("daisy/0.jpg", 1);
        Path rose = Files.createDirectories(root.resolve("rose"));
        String expected = rose + ": expected .png, .jpg or .jpeg files to learn the class from, ";
        String remedy = "; convert the class's images, or remove its folders";
        assertThatThrownBy(() -> ImageFolder.load(root, 4, ALL, 0))
                .isInstanceOf(DataException.class)
                .hasMessage(expected + "found none" + remedy);
        Files.writeString(rose.resolve(".DS_Store"), "hidden");
        Files.writeString(rose.resolve("0.webp"), "not read");
        assertThatThrownBy(() -> ImageFolder.load(root, 4, ALL, 0))
                .hasMessage(expected + "found none, but for example 0.webp" + remedy);
    }

    @Test
    void everyClassOfATestFolderIsTrainedOn() throws IOException {
        grey("train/a/0.png", 1);
        grey("train/b/0.png", 2);
        grey("test/c/0.png", 3);
        assertThatThrownBy(() -> ImageFolder.load(root, 4, ALL, 0))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(root.resolve("train/c") + ": expected .png, ")
                .hasMessageContaining("found no such folder");
    }

    @Test
    void whatIsNoImageIsNamed() throws IOException {
        assertThatThrownBy(() -> ImageFolder.image(root.resolve("no.png"), 0))
                .hasMessage("side must be 1 pixel or more, but is 0");
        assertThatThrownBy(() -> ImageFolder.image(root.resolve("no.png"), 4))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("no.png: cannot be read");
        assertThatThrownBy(() -> ImageFolder.classes(root.resolve("no")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("expected a folder with a folder per class, found nothing");
        grey("a/0.png", 0);
        assertThatThrownBy(() -> ImageFolder.classes(root))
                .hasMessageContaining("at least two, found [a]");
        Files.createDirectories(root.resolve("b"));
        Files.writeString(root.resolve("b/broken.png"), "not a PNG");
        assertThatThrownBy(() -> ImageFolder.load(root, 4, ALL, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken.png: expected a PNG or JPEG image, found neither")
                .hasMessageContaining("take it out of the folder");
        byte[] png = Files.readAllBytes(root.resolve("a/0.png"));
        Files.write(root.resolve("b/broken.png"), Arrays.copyOf(png, png.length / 2));
        assertThatThrownBy(() -> ImageFolder.load(root, 4, ALL, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("broken.png");
    }

    @Test
    void normalisationIsThatOfTheTrainingImages() throws IOException {
        grey("a/0.png", 100);
        grey("b/0.png", 200);
        ImageSet set = ImageFolder.load(root, 4, ALL, 0).train();
        ImageBatch batch = set.batch(new int[] {0, 1}, Augmentation.of(set, false), 0, 0);
        float sign = set.label(0) == 0 ? 1 : -1;
        assertThat(batch.pixels()[0]).isCloseTo(-sign, org.assertj.core.data.Offset.offset(1e-5f));
        assertThat(batch.pixels()).hasSize(2 * 3 * 4 * 4);
        assertThat(Augmentation.of(set, true).normalise(set.image(0)))
                .isEqualTo(Arrays.copyOf(batch.pixels(), 3 * 4 * 4));
        assertThat(Augmentation.of(set, true).padding()).isZero(); // an eighth of 4
    }
}
