package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.bdia.report.Figure;
import org.bdia.report.Samples;
import org.junit.jupiter.api.Test;

class LiveFigureTest {
    private final RecordingDisplay display = new RecordingDisplay();
    private long now;
    private int made;
    private final LiveFigure live = new LiveFigure(display, () -> now);

    @Test
    void isDrawnAtOnceThenSeldomAndAtTheEndAsOneImage() {
        for (int i = 0; i < 450; i++) {
            live.update(this::figure);
            now += Duration.ofMillis(10).toNanos();
        }
        assertThat(made).isEqualTo(3);
        live.finish();
        live.finish();
        assertThat(made).as("the last one, once").isEqualTo(4);
        assertThat(display.updated()).hasSize(3).containsOnly("the id");
        assertThat(display.bundles())
                .allSatisfy(b -> assertThat(b.data()).containsOnlyKeys("image/png", "text/plain"));
    }

    @Test
    void withoutAFigureNothingIsDrawn() {
        live.finish();
        assertThat(display.bundles()).isEmpty();
    }

    @Test
    void itsTextTellsTheLastValues() {
        live.update(() -> Samples.exactness("errors"));
        assertThat(display.bundles().get(0).text())
                .startsWith("errors: ")
                .containsPattern("\\d\\.\\d{4}");
    }

    private Figure figure() {
        made++;
        return Samples.exactness("errors");
    }
}
