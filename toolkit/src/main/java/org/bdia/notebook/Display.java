package org.bdia.notebook;

import java.time.Duration;

/** Where a cell's output goes: one implementation per kind of kernel, chosen by {@link Notebook}. */
interface Display {

    /** The kernel's name, in the words of {@link Notebook#init}. */
    String name();

    /** Teaches the kernel to show figures and tables when they are a cell's value. */
    void register();

    /** Shows something and returns an id by which {@link #update} finds it. */
    String show(MimeBundle bundle);

    /** Replaces what an id shows. */
    void update(String id, MimeBundle bundle);

    /** The shortest time between two updates that does a reader any good. */
    Duration refresh();
}
