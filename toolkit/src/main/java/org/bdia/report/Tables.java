package org.bdia.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bdia.io.DurableFiles;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table as CSV, Markdown, LaTeX, HTML and plain text.
 *
 * <p>CSV carries every column and every digit and leaves missing values empty; the others are for reading, with four
 * significant digits and a dash, and a mean with its standard deviation and number of seeds in one cell, {@code 0.512 ± 0.013
 * (n = 3)}, see {@link Metric#columns}. Values of {@link RunSet#epochs} have the unit of their row's metric. The table's name is its title.
 */
public final class Tables {
    private static final int HTML_ROWS = 100;

    /** The most characters of a cell that stays on one line, such as a mean with its deviation. */
    private static final int UNBROKEN = 30;

    private static final Pattern MINUS = Pattern.compile("(?<![\\w.+-])-(?=[\\d.])");

    private Tables() {}

    /** RFC 4180: a header, one line per row, every digit. */
    static String csv(Table table) {
        StringBuilder text = new StringBuilder();
        line(text, table.columnNames(), Tables::csvCell);
        for (int row = 0; row < table.rowCount(); row++) {
            int at = row;
            List<String> cells = table.columns().stream().map(c -> exact(c, at)).toList();
            line(text, cells, Tables::csvCell);
        }
        return text.toString();
    }

    /** Returns a table of GitHub's Markdown under its title. */
    public static String markdown(Table table) {
        StringBuilder text =
                new StringBuilder("**").append(markdownCell(table.name())).append("**\n\n");
        List<Shown> columns = shown(table);
        row(text, names(columns));
        text.append(
                columns.stream()
                        .map(column -> column.number ? "---:" : ":---")
                        .collect(Collectors.joining(" | ", "| ", " |\n")));
        for (int row = 0; row < table.rowCount(); row++) {
            row(text, cells(columns, row));
        }
        return text.toString();
    }

    /** Returns the title and aligned columns, for a terminal. */
    public static String text(Table table) {
        List<Shown> columns = shown(table);
        List<List<String>> rows = new ArrayList<>();
        rows.add(names(columns));
        for (int row = 0; row < table.rowCount(); row++) {
            rows.add(cells(columns, row));
        }
        return table.name() + "\n" + columns(rows, columns.stream().map(Shown::number).toList());
    }

    /** Returns a {@code table} environment with booktabs rules; the package {@code booktabs} is all it needs. */
    static String latex(Table table) {
        List<Shown> columns = shown(table);
        String alignment =
                columns.stream().map(c -> c.number ? "r" : "l").collect(Collectors.joining());
        StringBuilder text = new StringBuilder("\\begin{table}\n  \\centering\n");
        text.append("  \\caption{").append(latexEscape(table.name())).append("}\n");
        text.append("  \\begin{tabular}{").append(alignment).append("}\n    \\toprule\n");
        latexRow(text, names(columns));
        text.append("    \\midrule\n");
        for (int row = 0; row < table.rowCount(); row++) {
            latexRow(text, cells(columns, row));
        }
        return text.append("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n").toString();
    }

    /** Returns an HTML table for a notebook, escaped; of a long table the first {@value #HTML_ROWS} rows. */
    public static String html(Table table) {
        StringBuilder text = new StringBuilder("<table style=\"border-collapse:collapse\">\n");
        text.append("<caption style=\"caption-side:top;text-align:left;font-weight:bold\">");
        text.append(Html.escape(table.name())).append("</caption>\n<thead><tr>");
        List<Shown> columns = shown(table);
        columns.forEach(c -> htmlCell(text, "th", c, c.name));
        text.append("</tr></thead>\n<tbody>\n");
        int rows = Math.min(HTML_ROWS, table.rowCount());
        for (int row = 0; row < rows; row++) {
            text.append("<tr>");
            for (Shown column : columns) {
                htmlCell(text, "td", column, column.cell.apply(row));
            }
            text.append("</tr>\n");
        }
        text.append("</tbody></table>");
        if (rows < table.rowCount()) {
            text.append("\n<p>… ").append(table.rowCount() - rows).append(" more rows</p>");
        }
        return text.toString();
    }

    /**
     * Writes {@code name.csv}, {@code name.md} and {@code name.tex}, each atomically.
     *
     * @throws IllegalArgumentException if the name cannot be a file's name
     */
    static void save(Path folder, String name, Table table) throws IOException {
        Report.requireName(name);
        DurableFiles.makeFolder(folder);
        DurableFiles.replace(folder.resolve(name + ".csv"), csv(table));
        DurableFiles.replace(folder.resolve(name + ".md"), markdown(table));
        DurableFiles.replace(folder.resolve(name + ".tex"), latex(table));
    }

    /**
     * A column as readers see it.
     *
     * @param cell the text of a row
     */
    private record Shown(String name, boolean number, IntFunction<String> cell) {}

    /** Returns the columns, a mean's standard deviation and number of seeds within it. */
    private static List<Shown> shown(Table table) {
        List<String> names = table.columnNames();
        List<String> means =
                names.stream()
                        .filter(name -> names.contains(name + Metric.STD))
                        .filter(name -> names.contains(name + Metric.N))
                        .toList();
        List<Shown> shown = new ArrayList<>();
        for (Column<?> column : table.columns()) {
            String name = column.name();
            if (means.contains(name)) {
                NumericColumn<?> std = table.numberColumn(name + Metric.STD);
                NumericColumn<?> n = table.numberColumn(name + Metric.N);
                shown.add(new Shown(name, true, row -> mean(column, std, n, row)));
            } else if (name.equals(RunSet.VALUE) && names.containsAll(RunSet.MEASURED)) {
                StringColumn metrics = table.stringColumn(RunSet.METRIC);
                shown.add(new Shown(name, true, row -> value(column, metrics.get(row), row)));
            } else if (means.stream()
                    .noneMatch(m -> name.equals(m + Metric.STD) || name.equals(m + Metric.N))) {
                shown.add(new Shown(name, isNumber(column), row -> readable(column, row)));
            }
        }
        return shown;
    }

    private static String mean(
            Column<?> column, NumericColumn<?> std, NumericColumn<?> n, int row) {
        if (n.isMissing(row)) {
            return "–";
        }
        double mean = ((NumericColumn<?>) column).getDouble(row);
        return Metric.Shown.of(column, row).text(mean, std.getDouble(row))
                + " (n = "
                + n.get(row)
                + ")";
    }

    private static String value(Column<?> column, String metric, int row) {
        return column.isMissing(row)
                ? "–"
                : new Metric(metric).text(((NumericColumn<?>) column).getDouble(row));
    }

    private static List<String> names(List<Shown> columns) {
        return columns.stream().map(Shown::name).toList();
    }

    private static List<String> cells(List<Shown> columns, int row) {
        return columns.stream().map(column -> column.cell.apply(row)).toList();
    }

    private static String exact(Column<?> column, int row) {
        return column.isMissing(row) ? "" : String.valueOf(column.get(row));
    }

    private static String readable(Column<?> column, int row) {
        if (column.isMissing(row)) {
            return "–";
        }
        return column.get(row) instanceof Number number
                ? Metric.Shown.of(column, row).text(number.doubleValue())
                : String.valueOf(column.get(row));
    }

    private static boolean isNumber(Column<?> column) {
        return column instanceof NumericColumn;
    }

    private static void line(
            StringBuilder text, List<String> cells, Function<String, String> escape) {
        text.append(cells.stream().map(escape).collect(Collectors.joining(",", "", "\r\n")));
    }

    private static String csvCell(String cell) {
        boolean plain = IntStream.of(',', '"', '\n', '\r').noneMatch(c -> cell.indexOf(c) >= 0);
        return plain ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
    }

    private static void row(StringBuilder text, List<String> cells) {
        text.append(
                cells.stream()
                        .map(Tables::markdownCell)
                        .collect(Collectors.joining(" | ", "| ", " |\n")));
    }

    private static String markdownCell(String cell) {
        return cell.replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("*", "\\*")
                .replace("_", "\\_")
                .replace("<", "&lt;")
                .replace("\n", "<br>");
    }

    private static void latexRow(StringBuilder text, List<String> cells) {
        text.append(
                cells.stream()
                        .map(Tables::latexEscape)
                        .collect(Collectors.joining(" & ", "    ", " \\\\\n")));
    }

    private static void htmlCell(StringBuilder text, String tag, Shown column, String cell) {
        String side = column.number ? "right" : "left";
        text.append("<").append(tag).append(" style=\"padding:2px 10px;text-align:").append(side);
        boolean unbroken = tag.equals("td") && cell.length() <= UNBROKEN;
        text.append(unbroken ? ";white-space:nowrap" : "");
        text.append("\">").append(Html.escape(cell)).append("</").append(tag).append(">");
    }

    /** Returns rows in columns of equal width, for a terminal: words to the left, numbers to the right. */
    private static String columns(List<List<String>> rows, List<Boolean> right) {
        List<Integer> widths = new ArrayList<>();
        for (int column = 0; column < right.size(); column++) {
            int c = column;
            widths.add(rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0));
        }
        return rows.stream()
                .map(row -> columnLine(row, widths, right))
                .collect(Collectors.joining());
    }

    private static String columnLine(List<String> row, List<Integer> widths, List<Boolean> right) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < row.size(); column++) {
            String cell = row.get(column);
            String gap = " ".repeat(widths.get(column) - cell.length());
            line.append(column == 0 ? "" : "  ");
            line.append(right.get(column) ? gap + cell : cell + gap);
        }
        return line.toString().stripTrailing() + "\n";
    }

    /**
     * Returns the text as LaTeX prints it, with the few mathematical signs that our tables use; a negative number's hyphen
     * becomes a minus.
     */
    static String latexEscape(String text) {
        StringBuilder escaped = new StringBuilder();
        MINUS.matcher(text)
                .replaceAll("−")
                .codePoints()
                .forEach(c -> escaped.append(latexCharacter(c)));
        return escaped.toString();
    }

    private static String latexCharacter(int character) {
        return switch (character) {
            case '\\' -> "\\textbackslash{}";
            case '~' -> "\\textasciitilde{}";
            case '^' -> "\\textasciicircum{}";
            case '<' -> "\\textless{}";
            case '>' -> "\\textgreater{}";
            case '&', '%', '$', '#', '_', '{', '}' -> "\\" + Character.toString(character);
            case '±' -> "$\\pm$";
            case '−' -> "$-$";
            case '≤' -> "$\\le$";
            case '≥' -> "$\\ge$";
            case '×' -> "$\\times$";
            case 'γ' -> "$\\gamma$";
            case '–' -> "--";
            case '\n' -> " ";
            default -> Character.toString(character);
        };
    }
}
