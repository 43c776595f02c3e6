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
 * Where a sweep stands: its running runs as a table, its counts, and when it will have ended.
 *
 * <p>The time to go: what the running ones need at their rate, plus for every waiting one the mean time of a run of
 * this sweep, shared by as many as run at a time. Not for use by several threads at once.
 */
final class SweepBoard {

    private static final int BAR = 20;
    private static final double NOWHERE = -1;

    /** A run that was resumed so near its end says nothing about a whole one. */
    private static final double RESUMED_LATE = 0.9;

    private final int total;
    private final int parallel;
    private final LongSupplier nanos;
    private final Map<String, Running> running = new LinkedHashMap<>();
    private final List<Double> seconds = new ArrayList<>();
    private final List<SweepEvent.Failed> failures = new ArrayList<>();
    private int skipped;
    private int finished;

    SweepBoard(int total, int parallel, LongSupplier nanos) {
        this.total = total;
        this.parallel = parallel;
        this.nanos = nanos;
    }

    /** A run, when it began, how far it was at its first step and is now; the share is of all its samples. */
    private record Running(
            SweepPlan.Item item,
            long started,
            long firstStep,
            double first,
            double share,
            String text) {

        static Running start(SweepPlan.Item item, long now) {
            return new Running(item, now, now, NOWHERE, 0, "starting");
        }

        Running at(StepLine step, long now) {
            double reached = (double) step.samples() / step.total();
            return first == NOWHERE
                    ? new Running(item, started, now, reached, reached, step.text())
                    : new Running(item, started, firstStep, first, reached, step.text());
        }

        OptionalDouble secondsToGo(long now) {
            return first != NOWHERE && share > first
                    ? OptionalDouble.of((now - firstStep) / 1e9 * (1 - share) / (share - first))
                    : OptionalDouble.empty();
        }

        /** What the whole run takes, had it been run at once. */
        OptionalDouble secondsInAll(long now) {
            return first != NOWHERE && share > first
                    ? OptionalDouble.of((now - firstStep) / 1e9 / (share - first))
                    : OptionalDouble.empty();
        }
    }

    /** Takes note; returns a line for a log, empty if there is nothing to log. */
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
            return "";
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
            seconds.add(took / (1 - Math.max(0, ended.first())));
        }
        return "finished  " + item.text() + ", took " + Progress.time(took);
    }

    /** The counts and the time to go. */
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

    /** The table: a line per running run, and the summary. */
    List<String> table() {
        long now = nanos.getAsLong();
        List<String> lines = new ArrayList<>();
        for (Running run : running.values()) {
            int filled = (int) (BAR * run.share());
            String togo =
                    run.secondsToGo(now).isPresent()
                            ? " · " + Progress.time(run.secondsToGo(now).getAsDouble()) + " to go"
                            : "";
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

    /** Each failed run with the end of its log. */
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
        List<Double> whole = new ArrayList<>(seconds);
        double rest = 0;
        double longest = 0;
        for (Running run : running.values()) {
            run.secondsInAll(now).ifPresent(whole::add);
        }
        OptionalDouble mean = whole.stream().mapToDouble(s -> s).average();
        if (mean.isEmpty() || running.size() + waiting == 0) {
            return OptionalDouble.empty();
        }
        for (Running run : running.values()) {
            double own = run.secondsToGo(now).orElse(mean.getAsDouble());
            rest += own;
            longest = Math.max(longest, own);
        }
        rest += waiting * mean.getAsDouble();
        return OptionalDouble.of(Math.max(longest, rest / parallel));
    }
}
