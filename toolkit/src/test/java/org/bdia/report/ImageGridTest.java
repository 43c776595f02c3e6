package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import org.bdia.report.ImageGrid.Labelled;
import org.junit.jupiter.api.Test;

class ImageGridTest {

    /** 2 × 2 pixels: the upper row of one level, the lower row blue. */
    private static Labelled image(String label, int level) {
        byte[] pixels = new byte[12];
        for (int channel = 0; channel < 3; channel++) {
            Arrays.fill(pixels, 4 * channel, 4 * channel + 2, (byte) level);
        }
        Arrays.fill(pixels, 10, 12, (byte) 255);
        return new Labelled(label, 2, pixels);
    }

    @Test
    void imagesStandInRowsOfEight() throws IOException {
        var grid =
                new ImageGrid(
                        "own images",
                        List.of(
                                image("cat", 10),
                                image("cat", 20),
                                image("cat", 30),
                                image("cat", 40),
                                image("cat", 50),
                                image("cat", 60),
                                image("dog", 70),
                                image("cat", 80),
                                image("a long name of a class", 250)));
        BufferedImage png = ImageIO.read(new ByteArrayInputStream(grid.png()));

        assertThat(png.getWidth()).isEqualTo(8 * 102 + 6);
        assertThat(png.getHeight()).isEqualTo(26 + 2 * 118 + 6);
        assertThat(png.getRGB(6 + 6 * 102 + 48, 26 + 20) & 0xFFFFFF).isEqualTo(70 * 0x010101);
        assertThat(png.getRGB(6 + 6 * 102 + 48, 26 + 80) & 0xFFFFFF).isEqualTo(0x0000FF);
        assertThat(png.getRGB(6 + 48, 26 + 118 + 20) & 0xFFFFFF).isEqualTo(250 * 0x010101);
        assertThat(grid)
                .hasToString(
                        "own images: cat, cat, cat, cat, cat, cat, dog, cat, a long name of a class");
        assertThatThrownBy(() -> new ImageGrid("none", Collections.emptyList()))
                .hasMessage("'none' has no image to show");
    }
}
