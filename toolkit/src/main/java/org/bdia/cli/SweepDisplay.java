package org.bdia.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Timer;
import java.util.TimerTask;
import org.bdia.experiment.SweepEvent;
import picocli.CommandLine.Help.Ansi;

/**
 * Shows a sweep: in a terminal a table redrawn in place under the log lines, elsewhere log lines only. Closing it prints the
 * last state and the logs of what failed.
 */
final class SweepDisplay implements AutoCloseable {

    private static final Duration REDRAW = Duration.ofMillis(500);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);
    private static final String ESCAPE = "\u001b[";
    private static final String CLEAR_BELOW = ESCAPE + "J";

    // A line longer than the terminal is cut, not wrapped, so that the cursor finds back.
    private static final String WRAP_OFF = ESCAPE + "?7l";
    private static final String WRAP_ON = ESCAPE + "?7h";

    private final SweepBoard board;
    private final PrintStream out;
    private final boolean live;
    private final Timer clock = new Timer("sweep-display", true);
    private int drawn;

    private SweepDisplay(SweepBoard board, PrintStream out, boolean live) {
        this.board = board;
        this.out = out;
        this.live = live;
    }

    /** Creates a display that redraws periodically; live if the process has a terminal. */
    static SweepDisplay of(SweepBoard board, PrintStream out) {
        var display = new SweepDisplay(board, out, Ansi.AUTO.enabled());
        long period = (display.live ? REDRAW : BETWEEN_LINES).toMillis();
        var tick =
                new TimerTask() {
                    @Override
                    public void run() {
                        display.tick();
                    }
                };
        display.clock.schedule(tick, period, period);
        return display;
    }

    /** Creates a display that redraws only on events and ticks of the caller. */
    static SweepDisplay still(SweepBoard board, PrintStream out, boolean live) {
        return new SweepDisplay(board, out, live);
    }

    synchronized void accept(SweepEvent event) {
        String line = board.accept(event);
        if (line.isEmpty()) {
            return;
        }
        boolean end = event instanceof SweepEvent.Finished || event instanceof SweepEvent.Failed;
        if (!live) {
            out.println(end ? line + "; " + board.summary() : line);
        } else if (end || event instanceof SweepEvent.Progressed) {
            erase();
            out.println(line);
            draw();
        }
    }

    synchronized void tick() {
        if (live) {
            erase();
            draw();
        } else {
            out.println(board.summary());
        }
    }

    @Override
    public synchronized void close() {
        clock.cancel();
        erase();
        out.println(board.summary());
        board.failures().forEach(out::println);
    }

    private void erase() {
        if (drawn > 0) {
            out.print(ESCAPE + drawn + "A\r" + CLEAR_BELOW);
            drawn = 0;
        }
    }

    private void draw() {
        List<String> lines = board.table();
        out.print(WRAP_OFF + String.join("\n", lines) + "\n" + WRAP_ON);
        out.flush();
        drawn = lines.size();
    }
}
