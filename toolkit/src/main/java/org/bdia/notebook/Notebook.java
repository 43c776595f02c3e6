package org.bdia.notebook;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.bdia.data.DataFolder;
import org.bdia.data.UserHome;
import org.bdia.report.Profile;
import org.bdia.run.Build;

/**
 * The functions for notebook cells: {@code Notebook.init("02-cifar")} first, {@code Notebook.show(figure)} and progress
 * later.
 *
 * <p>The toolkit's one process-wide state is here, because a process has one kernel: its display, and whether
 * its page already has plotly.js.
 */
public final class Notebook {
    private static final AtomicReference<Session> SESSION = new AtomicReference<>();

    private Notebook() {}

    /** A display, and whether its page already has plotly.js. */
    static final class Session {
        private final AtomicBoolean hasPlotly = new AtomicBoolean();
        private final Display display;

        Session(Function<Function<Object, MimeBundle>, Display> display) {
            this.display = display.apply(this::bundle);
        }

        Display display() {
            return display;
        }

        /** Lets the next figure bring plotly.js again, for a page that has lost it. */
        void sendPlotlyAgain() {
            hasPlotly.set(false);
        }

        /** Returns a value's forms; the first figure's HTML contains plotly.js. */
        MimeBundle bundle(Object value) {
            boolean loaded = !MimeBundle.needsPlotly(value) || hasPlotly.getAndSet(true);
            return MimeBundle.of(
                    value, loaded ? PlotlyHtml.Script.LOADED : PlotlyHtml.Script.INLINE);
        }
    }

    /**
     * Prepares a notebook and returns its environment: version, profile, data folder, Java and kernel. The next figure brings
     * plotly.js, also to a page that was reopened and has lost it.
     *
     * @throws IllegalArgumentException if the environment names an unknown profile
     */
    public static String init(String notebook) {
        UserHome.adopt();
        Profile profile = Profile.fromEnvironment();
        Session session = session();
        session.sendPlotlyAgain();
        Display display = session.display();
        return String.join(
                "\n",
                notebook + " · BDIA toolkit " + Build.ofThisToolkit().version(),
                "profile  " + profile.label() + " (" + Profile.VARIABLE + ")",
                "data     " + DataFolder.fromEnvironment().path() + " (BDIA_DATA)",
                "java     " + System.getProperty("java.version"),
                "kernel   " + display.name());
    }

    /** Shows a value below the cell: figures and tables in full, anything else as text. */
    public static void show(Object value) {
        Session session = session();
        session.display().show(session.bundle(value));
    }

    /** Creates a progress bar below the cell, for work counted in samples. */
    public static Progress progress(String title) {
        return progress(title, "samples");
    }

    /** Creates a progress bar below the cell, for work counted in a unit of its own. */
    public static Progress progress(String title, String unit) {
        return new Progress(title, unit, session().display(), System::nanoTime);
    }

    /** Creates a figure below the cell that is redrawn in place, for example losses while a model trains. */
    public static LiveFigure liveFigure() {
        return new LiveFigure(session().display(), System::nanoTime);
    }

    /** Uses a display from now on, when a kernel starts. */
    static void attach(Function<Function<Object, MimeBundle>, Display> display) {
        Session session = new Session(display);
        session.display().register();
        SESSION.set(session);
    }

    /** Drops the display, when the kernel ends. */
    static void detach() {
        SESSION.set(null);
    }

    private static synchronized Session session() {
        if (SESSION.get() == null) {
            attach(KernelLibrary::detect);
        }
        return SESSION.get();
    }
}
