package org.bdia.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.bdia.report.RowTable;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Tables to look at data with before training. */
final class DataTables {

    /** The names of the parts, in the order of tables. */
    static final List<String> PARTS = List.of("training", "validation", "test");

    /** The samples shown of every part. */
    private static final int SHOWN = 5;

    private DataTables() {}

    /**
     * The lengths of samples, in tokens.
     *
     * @param of what of a sample is measured, for example its prompt
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Lengths(String part, String of, int[] tokens) {

        Lengths {
            tokens = tokens.clone();
            Arrays.sort(tokens);
        }

        private int at(double share) {
            return tokens.length == 0 ? 0 : tokens[(int) (share * (tokens.length - 1))];
        }
    }

    /** Returns a row per part and what of a sample is measured: {@code part, of, samples, tokens, shortest, median, mean, longest}. */
    static Table lengths(String title, List<Lengths> rows) {
        return RowTable.of(title, rows)
                .text("part", Lengths::part)
                .text("of", Lengths::of)
                .whole("samples", row -> row.tokens().length)
                .wide("tokens", row -> Arrays.stream(row.tokens()).asLongStream().sum())
                .whole("shortest", row -> row.at(0))
                .whole("median", row -> row.at(0.5))
                .number("mean", row -> Arrays.stream(row.tokens()).average().orElse(0))
                .whole("longest", row -> row.at(1))
                .table();
    }

    /**
     * Returns a row for each of the first samples: its part, what is given, and what is asked for.
     *
     * @param parts training, validation, test
     */
    static <S> Table examples(
            String title,
            List<List<S>> parts,
            String given,
            Function<S, String> input,
            String asked,
            Function<S, String> output) {
        StringColumn part = StringColumn.create("part");
        StringColumn inputs = StringColumn.create(given);
        StringColumn outputs = StringColumn.create(asked);
        for (int i = 0; i < parts.size(); i++) {
            for (S sample : parts.get(i).subList(0, Math.min(SHOWN, parts.get(i).size()))) {
                part.append(PARTS.get(i));
                inputs.append(input.apply(sample));
                outputs.append(output.apply(sample));
            }
        }
        return Table.create(title, part, inputs, outputs);
    }
}
