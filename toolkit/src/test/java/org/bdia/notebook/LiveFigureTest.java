package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bdia.report.Figure;
import org.bdia.report.Samples;
import org.junit.jupiter.api.Test;

class LiveFigureTest {
    private final List<MimeBundle> shown = new ArrayList<>();
    private final List<String> updated = new ArrayList<>();
    private long now;
    private int made;
    private final LiveFigure live = new LiveFigure(display(), () -> now);

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
        assertThat(updated).hasSize(3).containsOnly("the id");
        assertThat(shown)
                .allSatisfy(b -> assertThat(b.data()).containsOnlyKeys("image/png", "text/plain"));
    }

    @Test
    void withoutAFigureNothingIsDrawn() {
        live.finish();
        assertThat(shown).isEmpty();
    }

    @Test
    void itsTextTellsTheLastValues() {
        live.update(() -> Samples.exactness("errors"));
        assertThat(shown.get(0).text()).startsWith("errors: ").containsPattern("\\d\\.\\d{4}");
    }

    private Figure figure() {
        made++;
        return Samples.exactness("errors");
    }

    private Display display() {
        return new Display() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public void register() {}

            @Override
            public String show(MimeBundle bundle) {
                shown.add(bundle);
                return "the id";
            }

            @Override
            public void update(String id, MimeBundle bundle) {
                shown.add(bundle);
                updated.add(id);
            }

            @Override
            public Duration refresh() {
                return Duration.ofMillis(500);
            }
        };
    }
}
