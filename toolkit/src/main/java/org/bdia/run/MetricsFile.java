package org.bdia.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.bdia.config.FileException;
import org.bdia.config.TextFile;

/** metrics.csv: a header, then one {@link MetricRow} a line, steps never decreasing. */
final class MetricsFile {
    static final String HEADER = "step,epoch,split,metric,value\n";

    private MetricsFile() {}

    /** Appends rows in one write that is on disk when it returns: a checkpoint of a later step is too. */
    static void append(Path file, List<MetricRow> rows) {
        try {
            Files.writeString(
                    file, lines(rows), StandardOpenOption.APPEND, StandardOpenOption.DSYNC);
        } catch (IOException e) {
            throw new FileException(
                    file + ": cannot be appended to (" + e + "); check space and rights", e);
        }
    }

    /** Replaces the file by these rows, atomically. */
    static void write(Path file, List<MetricRow> rows) {
        TextFile.write(file, HEADER + lines(rows));
    }

    /** All rows; anything but whole, well-formed lines is refused. */
    static List<MetricRow> read(Path file) {
        var text = TextFile.read(file);
        if (!text.endsWith("\n")) {
            throw new FileException(
                    file
                            + ": expected a line break at its end, found a line cut short;"
                            + " resume the run to mend it");
        }
        return parse(file, text);
    }

    /** All whole rows; a last line that a killed process left unfinished is left out. */
    static List<MetricRow> recover(Path file) {
        var text = TextFile.read(file);
        return parse(file, text.substring(0, text.lastIndexOf('\n') + 1));
    }

    private static List<MetricRow> parse(Path file, String text) {
        if (!text.startsWith(HEADER)) {
            throw damaged(
                    file,
                    1,
                    text.lines().findFirst().orElse(""),
                    "the header " + HEADER.strip(),
                    null);
        }
        var rows = new ArrayList<MetricRow>();
        var lines = text.split("\n", -1);
        long last = 0;
        for (int i = 1; i < lines.length - 1; i++) {
            var row = row(file, i + 1, lines[i]);
            if (row.step() < last) {
                throw damaged(file, i + 1, lines[i], "a step of at least " + last, null);
            }
            last = row.step();
            rows.add(row);
        }
        return rows;
    }

    private static MetricRow row(Path file, int number, String line) {
        var cells = line.split(",", -1);
        try {
            if (cells.length == 5) {
                return new MetricRow(
                        Long.parseLong(cells[0]),
                        Integer.parseInt(cells[1]),
                        cells[2],
                        cells[3],
                        Double.parseDouble(cells[4]));
            }
        } catch (IllegalArgumentException e) {
            throw damaged(file, number, line, HEADER.strip(), e);
        }
        throw damaged(file, number, line, HEADER.strip(), null);
    }

    private static FileException damaged(
            Path file, int number, String line, String expected, Exception cause) {
        return new FileException(
                file
                        + ", line "
                        + number
                        + ": expected "
                        + expected
                        + ", found '"
                        + line
                        + "'; the file is damaged: remove the run's folder and run it again",
                cause);
    }

    private static String lines(List<MetricRow> rows) {
        return rows.stream()
                .map(
                        r ->
                                r.step()
                                        + ","
                                        + r.epoch()
                                        + ","
                                        + r.split()
                                        + ","
                                        + r.metric()
                                        + ","
                                        + r.value()
                                        + "\n")
                .collect(Collectors.joining());
    }
}
