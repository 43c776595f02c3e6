package org.bdia.notebook;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.bdia.report.Html;

/**
 * The progress of a long computation, shown in place: a bar, the rate, the remaining time and a text.
 *
 * <p>Call {@link #update} as often as you like: updates within the display's refresh time after the last one shown are
 * dropped, except the final one. Closed before its total, as when the computation throws, it says so.
 */
public final class Progress implements AutoCloseable {
    private static final int BAR = 24;

    private final String title;
    private final String unit;
    private final Display display;
    private final LongSupplier nanos;
    private long started;
    private long startedAt;
    private long done;
    private long total;
    private String id;
    private boolean begun;
    private long shown;

    Progress(String title, String unit, Display display, LongSupplier nanos) {
        this.title = title;
        this.unit = unit;
        this.display = display;
        this.nanos = nanos;
    }

    /**
     * Shows what is waited for before anything is done, for example {@code starting, 5 s}, with the seconds since the first call; call it
     * again for them to go on. Nothing once there was an update.
     *
     * @param text text beside the title
     */
    public void announce(String text) {
        long now = nanos.getAsLong();
        if (begun || (id != null && now - shown < display.refresh().toNanos())) {
            return;
        }
        if (id == null) {
            started = now;
        }
        shown = now;
        show(words(text + ", " + time((now - started) / 1e9)));
    }

    /**
     * Shows how far the computation is.
     *
     * @param done amount done, 0 … total
     * @param total total amount, above 0
     * @param text text beside the bar, for example {@code loss 1.234}
     * @throws IllegalArgumentException if done is not in 0 … total, or total is not above 0
     */
    public void update(long done, long total, String text) {
        if (total <= 0 || done < 0 || done > total) {
            throw new IllegalArgumentException(
                    "progress '" + title + "': " + done + " of " + total + " done cannot be");
        }
        long now = nanos.getAsLong();
        if (begun && done < total && now - shown < display.refresh().toNanos()) {
            return;
        }
        if (!begun) {
            begun = true;
            started = now;
            startedAt = done;
        }
        this.done = done;
        this.total = total;
        shown = now;
        String numbers = part() + pace((now - started) / 1e9);
        show(bar(numbers + (text.isBlank() ? "" : " · " + text)));
    }

    /**
     * Shows that the computation has ended, where its total was not reached; then there is no more to show.
     *
     * @param how for example {@code interrupted} or {@code failed}
     */
    public void end(String how) {
        if (!begun) {
            show(words(how));
        } else if (done < total) {
            show(bar(part() + " · " + how));
        }
    }

    /** Shows that the computation has ended, where its total was not reached: {@code interrupted} or {@code stopped}. */
    @Override
    public void close() {
        if (id != null) {
            end(Thread.currentThread().isInterrupted() ? "interrupted" : "stopped");
        }
    }

    private void show(MimeBundle bundle) {
        if (id == null) {
            id = display.show(bundle);
        } else {
            display.update(id, bundle);
        }
    }

    private MimeBundle words(String text) {
        return MimeBundle.html(line(Html.escape(" · " + text)), title + " · " + text);
    }

    private MimeBundle bar(String numbers) {
        int filled = (int) (BAR * done / total);
        String bar = "█".repeat(filled) + "░".repeat(BAR - filled);
        String drawn =
                " <progress value=\""
                        + done
                        + "\" max=\""
                        + total
                        + "\" style=\"width:16em;vertical-align:middle\"></progress> "
                        + Html.escape(numbers);
        return MimeBundle.html(line(drawn), title + " " + bar + " " + numbers);
    }

    private String line(String html) {
        return "<div style=\"font-family:monospace\">" + Html.escape(title) + html + "</div>";
    }

    private String part() {
        return String.format(
                Locale.ROOT, "%d %% (%,d of %,d %s)", 100 * done / total, done, total, unit);
    }

    /** Returns the rate and the time, after a separator; empty where none is known. */
    private String pace(double seconds) {
        if (done == startedAt || seconds <= 0) {
            return "";
        }
        double rate = (done - startedAt) / seconds;
        String time =
                done == total ? "took " + time(seconds) : time((total - done) / rate) + " to go";
        return String.format(
                Locale.ROOT,
                rate < 10 ? " · %.2f %s/s · %s" : " · %,.0f %s/s · %s",
                rate,
                unit,
                time);
    }

    /** Returns a duration in words, for example {@code 42 s}, {@code 3 min 07 s}, {@code 2 h 05 min}. */
    public static String time(double seconds) {
        Duration time = Duration.ofSeconds(Math.round(seconds));
        if (time.toHours() > 0) {
            return String.format(
                    Locale.ROOT, "%d h %02d min", time.toHours(), time.toMinutesPart());
        }
        if (time.toMinutes() > 0) {
            return String.format(
                    Locale.ROOT, "%d min %02d s", time.toMinutes(), time.toSecondsPart());
        }
        return time.toSeconds() + " s";
    }
}
