package org.bdia.notebook;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.bdia.data.DataFolder;
import org.bdia.data.UserHome;
import org.bdia.report.Figure;
import org.bdia.report.Profile;
import org.bdia.run.Build;

/**
 * What cells call: {@code Notebook.init("02-cifar")} first, {@code Notebook.show(figure)} and progress later.
 *
 * <p>The one process-wide state of the toolkit is here, because a process has one kernel: which kernel it is,
 * and whether its page already has plotly.js.
 */
public final class Notebook {
    private static final AtomicReference<Session> SESSION = new AtomicReference<>();

    private Notebook() {}

    /** A display, and what the page behind it already has. */
    static final class Session {
        private final AtomicBoolean hasPlotly = new AtomicBoolean();
        private final Display display;

        Session(Function<Function<Object, MimeBundle>, Display> display) {
            this.display = display.apply(this::bundle);
        }

        Display display() {
            return display;
        }

        /** A value's forms; the first figure brings plotly.js. */
        MimeBundle bundle(Object value) {
            boolean loaded = !(value instanceof Figure) || hasPlotly.getAndSet(true);
            return MimeBundle.of(
                    value, loaded ? PlotlyHtml.Script.LOADED : PlotlyHtml.Script.INLINE);
        }
    }

    /**
     * Gets a notebook ready and says where it runs: version, profile, data folder, Java and kernel.
     *
     * @throws IllegalArgumentException if the environment names an unknown profile
     */
    public static String init(String notebook) {
        UserHome.adopt();
        Profile profile = Profile.fromEnvironment();
        Display display = session().display();
        return String.join(
                "\n",
                notebook + " · BDIA toolkit " + Build.ofThisToolkit().version(),
                "profile  " + profile.label() + " (" + Profile.VARIABLE + ")",
                "data     " + DataFolder.fromEnvironment().path() + " (BDIA_DATA)",
                "java     " + System.getProperty("java.version"),
                "kernel   " + display.name());
    }

    /** Shows a value below the cell: figures and Tablesaw tables in full, anything else as text. */
    public static void show(Object value) {
        Session session = session();
        session.display().show(session.bundle(value));
    }

    /** A progress bar below the cell, for work counted in samples. */
    public static Progress progress(String title) {
        return progress(title, "samples");
    }

    /** A progress bar below the cell, for work counted in a unit of its own. */
    public static Progress progress(String title, String unit) {
        return new Progress(title, unit, session().display(), System::nanoTime);
    }

    /** A kernel has started. */
    static void attach(Function<Function<Object, MimeBundle>, Display> display) {
        Session session = new Session(display);
        session.display().register();
        SESSION.set(session);
    }

    /** The kernel is about to end. */
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
