package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final RecordingDisplay display = new RecordingDisplay();
    private long now;
    private final Progress progress = new Progress("train <b>", "samples", display, () -> now);

    @Test
    void updatesInPlaceNoFasterThanTheDisplayRefreshes() {
        for (int i = 0; i <= 1000; i++) {
            progress.update(i, 1000, "");
            now += Duration.ofMillis(10).toNanos();
        }
        assertThat(display.texts()).hasSize(1 + 1000 / 50);
        assertThat(display.updated()).hasSize(1000 / 50).containsOnly("the id");
        assertThat(display.bundles().get(0).data().get("text/html")).contains("train &lt;b&gt;");
    }

    @Test
    void tellsTheSecondsUntilAnythingIsDoneAndCountsFromTheFirstUpdate() {
        progress.announce("starting");
        assertThat(display.texts()).singleElement().asString().contains("train", "starting, 0 s");
        progress.announce("starting");
        assertThat(display.texts()).as("no faster than the display refreshes").hasSize(1);
        now = Duration.ofSeconds(9).toNanos();
        progress.announce("starting");
        assertThat(display.texts().get(1)).contains("starting, 9 s");
        progress.update(0, 1000, "");
        now += Duration.ofSeconds(4).toNanos();
        progress.update(100, 1000, "");
        assertThat(display.texts().get(3)).contains("25 samples/s");
        assertThat(display.updated()).hasSize(3).containsOnly("the id");
        progress.announce("late");
        assertThat(display.texts()).hasSize(4);
    }

    @Test
    void whatEndsBeforeItsTotalSaysHow() {
        progress.announce("starting");
        progress.end("interrupted");
        assertThat(display.texts().get(1)).contains("interrupted").doesNotContain("starting");
        progress.update(0, 1000, "");
        now = Duration.ofSeconds(4).toNanos();
        progress.update(100, 1000, "");
        progress.end("interrupted");
        assertThat(display.texts().get(4)).contains("10 % (100 of 1,000 samples) · interrupted");
        progress.update(1000, 1000, "");
        progress.end("interrupted");
        assertThat(display.texts()).hasSize(6).last().asString().contains("took 4 s");
    }

    @Test
    void closedBeforeItsTotalItSaysThatItStopped() {
        try (progress) {
            assertThat(display.texts()).isEmpty();
        }
        assertThat(display.texts()).as("nothing was begun").isEmpty();
        try (progress) {
            progress.update(0, 10, "");
        }
        assertThat(display.texts()).last().asString().endsWith("· stopped");
    }

    @Test
    void theLastUpdateAlwaysShows() {
        progress.update(0, 10, "");
        progress.update(9, 10, "");
        progress.update(10, 10, "loss 1.2");
        assertThat(display.texts()).hasSize(2);
        assertThat(display.texts().get(1)).contains("100 %").contains("loss 1.2");
    }

    @Test
    void tellsRateAndTimeToGo() {
        progress.update(0, 1000, "");
        now = Duration.ofSeconds(4).toNanos();
        progress.update(100, 1000, "loss 2.5");
        assertThat(display.texts().get(0)).doesNotContain("to go");
        assertThat(display.texts().get(1))
                .contains("10 %", "25 samples/s", "36 s to go", "loss 2.5");
        now = Duration.ofHours(2).toNanos();
        progress.update(1000, 1000, "");
        assertThat(display.texts().get(2)).contains("took 2 h 00 min");
    }

    @Test
    void aResumedComputationIsTimedFromWhereItWentOn() {
        now = Duration.ofMinutes(9).toNanos();
        progress.update(500, 1000, "");
        now += Duration.ofSeconds(4).toNanos();
        progress.update(600, 1000, "");
        assertThat(display.texts().get(0)).doesNotContain("to go");
        assertThat(display.texts().get(1)).contains("25 samples/s", "16 s to go");
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> progress.update(11, 10, ""))
                .withMessageContaining("11 of 10");
        assertThatIllegalArgumentException().isThrownBy(() -> progress.update(0, 0, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> progress.update(-1, 10, ""));
    }
}
