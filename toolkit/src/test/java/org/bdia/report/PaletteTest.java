package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.report.Palette.Style;
import org.junit.jupiter.api.Test;

class PaletteTest {
    @Test
    void aMethodHasItsColourInEveryFigure() {
        Color bdia = styles("bdia").get(0).color();
        assertThat(styles("standard", "bdia-float", "revnet", "bdia").get(3).color())
                .isEqualTo(bdia);
        assertThat(styles("BDIA, γ = 0.25").get(0).color()).isEqualTo(bdia);
        assertThat(styles("bdia+dropout0.1", "standard").get(0).color()).isEqualTo(bdia);
        String[] methods = Methods.all().stream().map(Method::label).toArray(String[]::new);
        assertThat(styles(methods)).extracting(Style::color).doesNotHaveDuplicates();
        for (String method : methods) {
            Color color = styles(method).get(0).color();
            assertThat(styles("loss", method).get(1).color()).as(method).isEqualTo(color);
        }
    }

    @Test
    void everySecondVariantOfAMethodHasALighterTint() {
        List<Style> styles = styles("bdia", "standard", "bdia+a", "standard+a", "bdia+b");
        assertThat(styles.get(2).color()).isEqualTo(new Color(0x73B1D5));
        assertThat(styles.get(3).color()).isEqualTo(new Color(0x737373));
        assertThat(styles.get(4).color()).isEqualTo(styles.get(0).color());
    }

    @Test
    void seriesOfOneFigureAreToldApartWithoutColour() {
        assertThat(styles("bdia", "bdia+a", "loss", "accuracy", "revnet"))
                .extracting(Style::mark)
                .doesNotHaveDuplicates();
        assertThat(styles("bdia", "bdia+a")).extracting(Style::dash).doesNotHaveDuplicates();
    }

    @Test
    void theSeventhSeriesIsNotTakenForTheFirstOfItsColour() {
        String[] crosses = {
            "standard", "standard+a", "bdia", "bdia+a", "bdia+b", "other", "bdia+c"
        };
        String[] ways = {"a", "b", "c", "d", "bdia", "e", "f", "g", "h", "i", "bdia (planned)"};
        for (String[] names : new String[][] {crosses, ways}) {
            assertThat(styles(names)).doesNotHaveDuplicates();
        }
    }

    @Test
    void seriesBeyondTheLooksKeepTheirColours() {
        List<String> names = new ArrayList<>(List.of("standard"));
        names.addAll(Collections.nCopies(15, "bdia"));
        List<Style> styles = styles(names.toArray(String[]::new));
        assertThat(styles).hasSize(16);
        assertThat(styles.subList(1, 16))
                .extracting(Style::color)
                .containsOnly(styles.get(1).color(), styles.get(2).color());
    }

    private static List<Style> styles(String... names) {
        double[] one = {1};
        return Palette.styles(
                Arrays.stream(names).<Series>map(n -> Series.Line.of(n, one, one)).toList());
    }
}
