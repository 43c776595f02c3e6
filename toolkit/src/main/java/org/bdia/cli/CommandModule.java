package org.bdia.cli;

import java.util.List;

/** A jar's additions to the command {@code bdia}, loaded by {@link java.util.ServiceLoader}. */
public interface CommandModule {

    /** Returns picocli commands, which become subcommands. */
    List<Object> commands();

    /** Returns further findings for {@code bdia doctor}. */
    default List<Finding> findings() {
        return List.of();
    }
}
