package org.bdia.notebook;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.bdia.report.Figure;

/**
 * A figure that is redrawn in place while its data grow; an image, which a saved notebook keeps.
 *
 * <p>Call {@link #update} as often as you like, on the cell's thread, and {@link #finish} at the end.
 */
public final class LiveFigure {
    /** Drawing takes about a tenth of a second. */
    private static final Duration REFRESH = Duration.ofSeconds(2);

    private final Display display;
    private final LongSupplier nanos;
    private final long refresh;
    private String id;
    private long shown;
    private Supplier<Figure> waiting;

    LiveFigure(Display display, LongSupplier nanos) {
        this.display = display;
        this.nanos = nanos;
        refresh = Math.max(REFRESH.toNanos(), display.refresh().toNanos());
    }

    /**
     * Draws the figure, unless one was drawn a moment ago.
     *
     * @param figure makes the figure if it is drawn now, or by {@link #finish}
     */
    public void update(Supplier<Figure> figure) {
        waiting = figure;
        if (id == null || nanos.getAsLong() - shown >= refresh) {
            finish();
        }
    }

    /** Draws the last figure, if {@link #update} has not. */
    public void finish() {
        if (waiting == null) {
            return;
        }
        var bundle = image(waiting.get());
        waiting = null;
        shown = nanos.getAsLong();
        if (id == null) {
            id = display.show(bundle);
        } else {
            display.update(id, bundle);
        }
    }

    /** Draws on another thread, since Java2D swallows an interrupt of the one that draws, and a cell's must end its runs. */
    private static MimeBundle image(Figure figure) {
        try {
            return CompletableFuture.supplyAsync(() -> MimeBundle.image(figure)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
