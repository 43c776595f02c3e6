package org.bdia.report;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Cells in columns of equal width, for a terminal: words to the left, numbers to the right. */
final class PlainText {
    private PlainText() {}

    /**
     * The rows under one another.
     *
     * @param rows the header first, all of the same length
     * @param right which columns are numbers
     */
    static String of(List<List<String>> rows, List<Boolean> right) {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < right.size(); column++) {
            int c = column;
            widths.add(rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0));
        }
        return rows.stream().map(row -> line(row, widths, right)).collect(Collectors.joining());
    }

    private static String line(List<String> row, List<Integer> widths, List<Boolean> right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            String gap = " ".repeat(widths.get(column) - cell.length());
            line.append(column == 0 ? "" : "  ");
            line.append(right.get(column) ? gap + cell : cell + gap);
        }
        return line.toString().stripTrailing() + "\n";
    }
}
