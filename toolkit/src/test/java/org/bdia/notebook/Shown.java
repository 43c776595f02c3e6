package org.bdia.notebook;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The notebook's display while it is open; keeps the text of everything shown. */
public final class Shown implements AutoCloseable {
    private final List<String> texts = new CopyOnWriteArrayList<>();

    private Shown() {}

    /** Takes the place of the display. */
    public static Shown attach() {
        var shown = new Shown();
        Notebook.attach(bundles -> shown.display());
        return shown;
    }

    /** Returns the texts, the first shown first. */
    public List<String> texts() {
        return List.copyOf(texts);
    }

    @Override
    public void close() {
        Notebook.detach();
    }

    private Display display() {
        return new Display() {
            @Override
            public String name() {
                return "test";
            }

            @Override
            public void register() {}

            @Override
            public String show(MimeBundle bundle) {
                texts.add(bundle.text());
                return "the id";
            }

            @Override
            public void update(String id, MimeBundle bundle) {
                texts.add(bundle.text());
            }

            @Override
            public Duration refresh() {
                return Duration.ofMillis(500);
            }
        };
    }
}
