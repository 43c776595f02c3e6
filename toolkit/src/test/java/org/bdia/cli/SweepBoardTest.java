package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bdia.data.DataFolder;
import org.bdia.experiment.StepLine;
import org.bdia.experiment.Sweep;
import org.bdia.experiment.SweepEvent;
import org.bdia.experiment.SweepPlan;
import org.junit.jupiter.api.Test;

class SweepBoardTest {
    private static final List<SweepPlan.Item> ITEMS =
            SweepPlan.of(
                            Sweep.read(Path.of("../notebooks/sweeps/dropout.json"))
                                    .configs(DataFolder.at(Path.of("nothing"))))
                    .items();

    private final AtomicLong seconds = new AtomicLong();
    private final SweepBoard board = new SweepBoard(6, 2, () -> seconds.get() * 1_000_000_000L);

    @Test
    void theTimeToGoIsThatOfTheRunningOnesAndTheMeanForTheWaitingOnes() {
        board.accept(new SweepEvent.Skipped(ITEMS.get(0)));
        start(1);
        start(2);
        assertThat(board.summary()).isEqualTo("1 of 6 finished (1 before), 2 running, 3 waiting");
        progress(1, 0);
        progress(2, 0);
        seconds.set(10);
        progress(1, 50);
        progress(2, 25);
        // 10 s and 30 s for the running, 3 × the mean of 20 s and 40 s for the waiting, two at a
        // time.
        assertThat(board.summary()).endsWith("3 waiting · 1 min 05 s to go");
        assertThat(board.table().get(0))
                .contains(ITEMS.get(1).text(), "50 %", "loss 1 · 10 s to go");
        seconds.set(20);
        assertThat(board.accept(new SweepEvent.Finished(ITEMS.get(1))))
                .isEqualTo("finished  " + ITEMS.get(1).text() + ", took 20 s");
        assertThat(board.table()).hasSize(2);
    }

    @Test
    void idleProcessorsDoNotShortenTheLastRun() {
        var last = new SweepBoard(1, 8, () -> seconds.get() * 1_000_000_000L);
        last.accept(new SweepEvent.Started(ITEMS.get(0)));
        last.accept(new SweepEvent.Progressed(ITEMS.get(0), new StepLine(30, 100, "")));
        seconds.set(10);
        last.accept(new SweepEvent.Progressed(ITEMS.get(0), new StepLine(40, 100, "")));
        assertThat(last.summary()).as("resumed at 30 %").endsWith("0 waiting · 1 min 00 s to go");
        last.accept(new SweepEvent.Finished(ITEMS.get(0)));
        assertThat(last.summary()).isEqualTo("1 of 1 finished, 0 running, 0 waiting");
    }

    @Test
    void failuresKeepTheirLogs() {
        start(1);
        assertThat(board.accept(new SweepEvent.Failed(ITEMS.get(1), List.of("why", "where"))))
                .startsWith("FAILED");
        assertThat(board.summary()).contains("0 of 6 finished, 1 failed, 0 running, 5 waiting");
        assertThat(board.failures())
                .containsExactly(
                        "run " + ITEMS.get(1).text() + " failed; the end of its log:",
                        "    why",
                        "    where");
    }

    @Test
    void aTerminalIsRedrawnAndALogOnlyGrows() {
        assertThat(shown(false)).doesNotContain("\u001b").contains("started", "finished");
        String live = shown(true);
        assertThat(live).contains("\u001b[2A\r\u001b[J");
        assertThat(live.substring(live.lastIndexOf('\u001b') + 2)).contains("1 of 6 finished");
    }

    @Test
    void aResumedRunSaysSoOnceAlsoWhereATerminalIsRedrawn() {
        start(1);
        var resumed = new StepLine(40, 100, "resumed from step 4 of 10");
        assertThat(board.accept(new SweepEvent.Progressed(ITEMS.get(1), resumed)))
                .isEqualTo("resumed   " + ITEMS.get(1).text() + " from step 4 of 10");
        assertThat(
                        board.accept(
                                new SweepEvent.Progressed(
                                        ITEMS.get(1), new StepLine(50, 100, "loss 1"))))
                .isEmpty();
        var bytes = new ByteArrayOutputStream();
        try (var display =
                SweepDisplay.still(
                        board, new PrintStream(bytes, true, StandardCharsets.UTF_8), true)) {
            display.accept(new SweepEvent.Progressed(ITEMS.get(1), resumed));
        }
        assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("resumed   ");
    }

    private String shown(boolean live) {
        var bytes = new ByteArrayOutputStream();
        var own = new SweepBoard(6, 2, seconds::get);
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        try (var display = SweepDisplay.still(own, out, live)) {
            display.accept(new SweepEvent.Started(ITEMS.get(0)));
            display.tick();
            display.tick();
            display.accept(new SweepEvent.Finished(ITEMS.get(0)));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private void start(int item) {
        board.accept(new SweepEvent.Started(ITEMS.get(item)));
    }

    private void progress(int item, int samples) {
        board.accept(
                new SweepEvent.Progressed(ITEMS.get(item), new StepLine(samples, 100, "loss 1")));
    }
}
