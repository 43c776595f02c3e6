package org.bdia.notebook;

import java.time.Duration;

/** The output of cells in one kind of kernel, chosen by {@link Notebook}. */
interface Display {

    /** Returns the kernel's name for {@link Notebook#init}. */
    String name();

    /** Registers renderers for figures and tables that are a cell's value. */
    void register();

    /** Shows a bundle and returns its id for {@link #update}. */
    String show(MimeBundle bundle);

    /** Replaces the content shown under an id. */
    void update(String id, MimeBundle bundle);

    /** Returns the shortest useful time between two updates. */
    Duration refresh();
}
