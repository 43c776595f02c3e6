package org.bdia.cli;

import java.util.List;

/** What another jar on the class path adds to the command {@code bdia}; found by {@link java.util.ServiceLoader}. */
public interface CommandModule {

    /** Returns picocli commands, which become subcommands. */
    List<Object> commands();

    /** Returns what {@code bdia doctor} says beside its own findings. */
    default List<Finding> findings() {
        return List.of();
    }
}
