package org.bdia.notebook;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.bdia.report.Html;

/**
 * The progress of a long computation, shown in place: a bar, the rate, the remaining time and a text.
 *
 * <p>Call {@link #update} as often as you like: updates within the display's refresh time after the last one shown are
 * dropped, except the final one.
 */
public final class Progress {
    private static final int BAR = 24;

    private final String title;
    private final String unit;
    private final Display display;
    private final LongSupplier nanos;
    private long started;
    private long startedAt;
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
     * Shows a text before anything is done, for example while data are read; nothing once there was an update.
     *
     * @param text text beside the title
     */
    public void announce(String text) {
        if (id == null) {
            id =
                    display.show(
                            MimeBundle.html(line(Html.escape(" · " + text)), title + " · " + text));
        }
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
        shown = now;
        MimeBundle bundle = bundle(done, total, text, (now - started) / 1e9);
        if (id == null) {
            id = display.show(bundle);
        } else {
            display.update(id, bundle);
        }
    }

    private MimeBundle bundle(long done, long total, String text, double seconds) {
        int filled = (int) (BAR * done / total);
        String numbers = numbers(done, total, seconds) + (text.isBlank() ? "" : " · " + text);
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

    private String numbers(long done, long total, double seconds) {
        String part =
                String.format(
                        Locale.ROOT,
                        "%d %% (%,d of %,d %s)",
                        100 * done / total,
                        done,
                        total,
                        unit);
        if (done == startedAt || seconds <= 0) {
            return part;
        }
        double rate = (done - startedAt) / seconds;
        String time =
                done == total ? "took " + time(seconds) : time((total - done) / rate) + " to go";
        return String.format(
                Locale.ROOT,
                rate < 10 ? "%s · %.2f %s/s · %s" : "%s · %,.0f %s/s · %s",
                part,
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
