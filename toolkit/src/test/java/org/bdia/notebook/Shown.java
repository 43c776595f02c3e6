package org.bdia.notebook;

import java.util.List;

/** The notebook's display while it is open; keeps the text of everything shown. */
public final class Shown implements AutoCloseable {

    private final RecordingDisplay display = new RecordingDisplay();

    private Shown() {}

    /** Takes the place of the display. */
    public static Shown attach() {
        var shown = new Shown();
        Notebook.attach(bundles -> shown.display);
        return shown;
    }

    /** Returns the texts, the first shown first. */
    public List<String> texts() {
        return display.texts();
    }

    @Override
    public void close() {
        Notebook.detach();
    }
}
