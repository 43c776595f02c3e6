package org.bdia.report;

import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Contrasts with one reference as a table: numbers, so that its CSV has every digit. */
final class ContrastTable {
    private ContrastTable() {}

    static Table of(String metric, String reference, List<Contrast> contrasts) {
        long tests = contrasts.stream().filter(c -> !Double.isNaN(c.t().raw())).count();
        Table table =
                Table.create(
                        metric
                                + ": difference from "
                                + reference
                                + " (effect size d_z where paired, else Hedges' g; two-sided p-values, Holm over "
                                + tests
                                + (tests == 1 ? " method)" : " methods)"));
        table.addColumns(
                words("method", contrasts, Contrast::method),
                words("seeds", contrasts, Contrast::seeds),
                numbers("difference", contrasts, Contrast::difference),
                numbers("95 % low", contrasts, Contrast::low),
                numbers("95 % high", contrasts, Contrast::high),
                numbers("effect size", contrasts, Contrast::effect),
                words("test", contrasts, c -> c.design().test()),
                numbers("p", contrasts, c -> c.t().raw()),
                numbers("p Holm", contrasts, c -> c.t().holm()),
                numbers("U p", contrasts, c -> c.u().raw()),
                numbers("U p Holm", contrasts, c -> c.u().holm()));
        if (contrasts.stream().anyMatch(c -> !c.note().isEmpty())) {
            table.addColumns(words("note", contrasts, Contrast::note));
        }
        return table;
    }

    private static StringColumn words(
            String name, List<Contrast> contrasts, Function<Contrast, String> word) {
        return StringColumn.create(name, contrasts.stream().map(word));
    }

    private static DoubleColumn numbers(
            String name, List<Contrast> contrasts, ToDoubleFunction<Contrast> number) {
        return DoubleColumn.create(name, contrasts.stream().mapToDouble(number).toArray());
    }
}
