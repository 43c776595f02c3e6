package org.bdia.report;

import tech.tablesaw.api.Table;

/** A result whose main content is a table, which notebooks show for it. */
public interface Tabular {

    /** Returns the table. */
    Table table();
}
