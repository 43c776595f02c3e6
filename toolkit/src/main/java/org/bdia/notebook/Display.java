package org.bdia.notebook;

import java.time.Duration;

/** The output of cells in one kind of kernel, chosen by {@link Notebook}. */
interface Display {

    /** Returns the kernel's name for {@link Notebook#init}. */
    String name();

    /** Registers a renderer for values of cells: figures, tables, arrays; a user's own renderer of a class goes before it. */
    void register();

    /** Shows a bundle and returns its id for {@link #update}. */
    String show(MimeBundle bundle);

    /** Replaces the content shown under an id. */
    void update(String id, MimeBundle bundle);

    /** Returns the shortest useful time between two updates. */
    default Duration refresh() {
        return Duration.ofMillis(500);
    }
}
