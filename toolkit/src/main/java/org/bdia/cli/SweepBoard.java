package org.bdia.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.bdia.experiment.StepLine;
import org.bdia.experiment.SweepEvent;
import org.bdia.experiment.SweepPlan;
import org.bdia.notebook.Progress;

/**
 * The progress of a sweep: a table of the running runs, counts, and the remaining time.
 *
 * <p>The remaining time is that of the running runs at their rates plus the mean duration of a run for every waiting one,
 * divided by the number of runs at a time. Not thread-safe.
 */
final class SweepBoard {

    private static final int BAR = 20;
    private static final double NOT_STARTED = -1;

    /** The most runs shown: a table must fit a terminal to be redrawn in place. */
    private static final int ROWS = 16;

    /** The share from which on the duration of a resumed run is not used to estimate others. */
    private static final double RESUMED_LATE = 0.9;

    private final int total;
    private final int parallel;
    private final LongSupplier nanos;
    private final Map<String, Running> running = new LinkedHashMap<>();
    private final List<SweepEvent.Failed> failures = new ArrayList<>();
    private int skipped;
    private int finished;

    /** The finished runs that tell how long a whole run takes, and their durations in all. */
    private int timed;

    private double seconds;

    SweepBoard(int total, int parallel, LongSupplier nanos) {
        this.total = total;
        this.parallel = parallel;
        this.nanos = nanos;
    }

    /** A running run: its start, and its share of all samples at its first step and now. */
    private record Running(
            SweepPlan.Item item,
            long started,
            long firstStep,
            double first,
            double share,
            String text) {

        static Running start(SweepPlan.Item item, long now) {
            return new Running(item, now, now, NOT_STARTED, 0, "starting");
        }

        Running at(StepLine step, long now) {
            double reached = (double) step.samples() / step.total();
            return first == NOT_STARTED
                    ? new Running(item, started, now, reached, reached, step.text())
                    : new Running(item, started, firstStep, first, reached, step.text());
        }

        /** Returns the estimated duration of the whole run without interruption; NaN while unknown. */
        double secondsInAll(long now) {
            return first != NOT_STARTED && share > first
                    ? (now - firstStep) / 1e9 / (share - first)
                    : Double.NaN;
        }

        double secondsToGo(double inAll) {
            return inAll * (1 - share);
        }
    }

    /** Records an event and returns its log line; empty if there is none. */
    String accept(SweepEvent event) {
        SweepPlan.Item item = event.item();
        long now = nanos.getAsLong();
        if (event instanceof SweepEvent.Skipped) {
            skipped++;
            return "";
        }
        if (event instanceof SweepEvent.Started) {
            running.put(item.id(), Running.start(item, now));
            return "started   " + item.text();
        }
        if (event instanceof SweepEvent.Progressed progressed) {
            running.computeIfPresent(item.id(), (id, run) -> run.at(progressed.step(), now));
            return progressed
                    .step()
                    .resumed()
                    .map(from -> "resumed   " + item.text() + " " + from)
                    .orElse("");
        }
        Running ended = running.remove(item.id());
        if (event instanceof SweepEvent.Elsewhere) {
            return "waiting   " + item.text() + ": another process is writing it";
        }
        if (event instanceof SweepEvent.Failed failed) {
            failures.add(failed);
            return "FAILED    " + item.text();
        }
        finished++;
        double took = ended == null ? 0 : (now - ended.started()) / 1e9;
        if (ended != null && ended.first() < RESUMED_LATE) {
            seconds += took / (1 - Math.max(0, ended.first()));
            timed++;
        }
        return "finished  " + item.text() + ", took " + Progress.time(took);
    }

    /** Returns the counts and the time to go. */
    String summary() {
        int done = skipped + finished;
        StringBuilder text = new StringBuilder();
        text.append(done).append(" of ").append(total).append(" finished");
        if (skipped > 0) {
            text.append(" (").append(skipped).append(" before)");
        }
        if (!failures.isEmpty()) {
            text.append(", ").append(failures.size()).append(" failed");
        }
        int waiting = total - done - failures.size() - running.size();
        text.append(", ").append(running.size()).append(" running, ").append(waiting);
        text.append(" waiting");
        secondsToGo(waiting)
                .ifPresent(s -> text.append(" · ").append(Progress.time(s)).append(" to go"));
        return text.toString();
    }

    /** Returns a line per running run, for at most the {@value #ROWS} that began first, and the summary. */
    List<String> table() {
        long now = nanos.getAsLong();
        List<String> lines = new ArrayList<>();
        for (Running run : running.values()) {
            if (lines.size() == ROWS) {
                lines.add("… and " + (running.size() - ROWS) + " more");
                break;
            }
            int filled = (int) (BAR * run.share());
            double left = run.secondsToGo(run.secondsInAll(now));
            String togo = Double.isNaN(left) ? "" : " · " + Progress.time(left) + " to go";
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%-44s %s%s %3.0f %% %s%s",
                            run.item().text(),
                            "█".repeat(filled),
                            "░".repeat(BAR - filled),
                            Math.floor(100 * run.share()),
                            run.text(),
                            togo));
        }
        lines.add(summary());
        return lines;
    }

    /** Returns each failed run with the end of its log. */
    List<String> failures() {
        List<String> lines = new ArrayList<>();
        for (SweepEvent.Failed failure : failures) {
            lines.add("run " + failure.item().text() + " failed; the end of its log:");
            failure.log().forEach(line -> lines.add("    " + line));
        }
        return lines;
    }

    private OptionalDouble secondsToGo(int waiting) {
        long now = nanos.getAsLong();
        int known = timed;
        double whole = seconds;
        for (Running run : running.values()) {
            double all = run.secondsInAll(now);
            if (!Double.isNaN(all)) {
                known++;
                whole += all;
            }
        }
        if (known == 0 || running.size() + waiting == 0) {
            return OptionalDouble.empty();
        }
        double mean = whole / known;
        double rest = 0;
        double longest = 0;
        for (Running run : running.values()) {
            double all = run.secondsInAll(now);
            double own = Double.isNaN(all) ? mean : run.secondsToGo(all);
            rest += own;
            longest = Math.max(longest, own);
        }
        rest += waiting * mean;
        return OptionalDouble.of(Math.max(longest, rest / parallel));
    }
}
