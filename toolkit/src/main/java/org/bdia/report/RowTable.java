package org.bdia.report;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.function.ToLongFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table with a row per element of a list, built column by column.
 *
 * @param table the columns so far
 * @param rows the elements
 */
public record RowTable<R>(Table table, List<R> rows) {

    /** Returns a table without columns. */
    public static <R> RowTable<R> of(String title, List<R> rows) {
        return new RowTable<>(Table.create(title), rows);
    }

    /** Adds a column with a value per row. */
    public RowTable<R> with(Column<?> column) {
        table.addColumns(column);
        return this;
    }

    /** Adds a column of texts. */
    public RowTable<R> text(String name, Function<R, String> value) {
        return with(StringColumn.create(name, rows.stream().map(value)));
    }

    /** Adds a column of whole numbers. */
    public RowTable<R> whole(String name, ToIntFunction<R> value) {
        return with(IntColumn.create(name, rows.stream().mapToInt(value)));
    }

    /** Adds a column of whole numbers of 64 bits. */
    public RowTable<R> wide(String name, ToLongFunction<R> value) {
        return with(LongColumn.create(name, rows.stream().mapToLong(value)));
    }

    /** Adds a column of numbers. */
    public RowTable<R> number(String name, ToDoubleFunction<R> value) {
        return with(DoubleColumn.create(name, rows.stream().mapToDouble(value)));
    }
}
