package org.bdia.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bdia.data.Provenance;
import tech.tablesaw.api.Table;

/**
 * The output of one notebook: {@code figures/}, {@code tables/} and, last of all, {@code results.json}.
 *
 * <p>A {@code results.json} of an earlier run is removed when the report is opened, so that a notebook that
 * fails half-way has none.
 */
public final class Report {
    /** The environment variable that names the report's folder. */
    public static final String VARIABLE = "BDIA_REPORT";

    private final String notebook;
    private final Path folder;
    private final Profile profile;
    private final List<Provenance> data = new ArrayList<>();
    private final Map<Result, Result> results = new LinkedHashMap<>();
    private String hardware = Hardware.describe();

    private Report(String notebook, Path folder, Profile profile) {
        this.notebook = requireName(notebook);
        this.folder = folder;
        this.profile = profile;
    }

    /**
     * Opens a notebook's report in the folder that {@value #VARIABLE} names, {@code report/<notebook>} where
     * it is unset, under the profile that {@value Profile#VARIABLE} names.
     *
     * @throws IllegalArgumentException if the profile is unknown or the notebook's name cannot name a file
     */
    public static Report open(String notebook) throws IOException {
        String folder = System.getenv().getOrDefault(VARIABLE, "").strip();
        Path path = folder.isEmpty() ? Path.of("report", notebook) : Path.of(folder);
        return open(notebook, path, Profile.fromEnvironment());
    }

    /** Opens a notebook's report in a folder, under a profile. */
    static Report open(String notebook, Path folder, Profile profile) throws IOException {
        Report report = new Report(notebook, folder, profile);
        Files.deleteIfExists(folder.resolve(ResultsFile.NAME));
        return report;
    }

    /** Returns the profile that the notebook runs under. */
    public Profile profile() {
        return profile;
    }

    /** Returns the rows so far. */
    public List<Result> results() {
        return List.copyOf(results.values());
    }

    /** Declares data that the notebook uses; the same declaration twice counts once. */
    public Report use(Provenance provenance) {
        if (!data.contains(provenance)) {
            data.add(provenance);
        }
        return this;
    }

    /** Names the device beside the processor, unless it is the processor, in captions made from now on and in the results. */
    public Report useDevice(String device) {
        if (!device.equals("cpu()")) {
            hardware = device + "; " + Hardware.describe();
        }
        return this;
    }

    /** Adds rows, each as {@link #add(Result)} does. */
    public Report add(List<Result> rows) {
        rows.forEach(this::add);
        return this;
    }

    /** Adds one row. A row that measured the same before is replaced: a cell that is executed again is no further seed. */
    public Report add(Result row) {
        results.put(row.withValue(0), row);
        return this;
    }

    /**
     * Returns the caption of something made from all declared data.
     *
     * @throws IllegalArgumentException if no data have been declared
     */
    public Caption caption(List<Long> seeds) {
        return Caption.of(data, profile, seeds, hardware);
    }

    /** Returns whether any declared data are synthetic. */
    private boolean synthetic() {
        return data.stream().anyMatch(Provenance::synthetic);
    }

    /**
     * Writes a figure to {@code figures/} as PNG, SVG, PDF and JSON, and returns it for display.
     *
     * @throws IllegalArgumentException if its caption names data that the report does not declare, or another
     *     profile
     */
    public Figure figure(String name, Figure figure) throws IOException {
        Caption caption = figure.caption();
        if (!data.containsAll(caption.data()) || !caption.profile().equals(Optional.of(profile))) {
            throw new IllegalArgumentException(
                    "figure '"
                            + name
                            + "' says it was made on \""
                            + caption.text()
                            + "\", but the report is of profile "
                            + profile.label()
                            + " and declares "
                            + data
                            + "; call result.addTo(report) first, or declare the data by use(provenance) and take the"
                            + " caption from caption(seeds)");
        }
        figure.save(folder.resolve("figures"), name);
        return figure;
    }

    /**
     * Writes a table to {@code tables/} as CSV, Markdown and LaTeX, and returns it for display: a copy whose
     * title says <em>synthetic data</em> if the report has any.
     */
    public Table table(String name, Table table) throws IOException {
        Table titled = table.copy();
        boolean silent = !table.name().contains("synthetic");
        titled.setName(table.name() + (synthetic() && silent ? " (synthetic data)" : ""));
        Tables.save(folder.resolve("tables"), name, titled);
        return titled;
    }

    /**
     * Writes {@code results.json}, atomically, and returns where it is: the notebook's last act.
     *
     * @throws IllegalStateException if no data have been declared or there is no row
     */
    public Path write() throws IOException {
        if (data.isEmpty() || results.isEmpty()) {
            throw new IllegalStateException(
                    "report "
                            + notebook
                            + " has "
                            + data.size()
                            + " data sets and "
                            + results.size()
                            + " rows; call result.addTo(report) before write(), or declare data by use(provenance) and rows"
                            + " by add(rows)");
        }
        Path file = folder.resolve(ResultsFile.NAME);
        new ResultsFile(notebook, profile, data, hardware, results(), List.of()).write(file);
        return file;
    }

    /** For kernels that show what a cell's last statement returns. */
    @Override
    public String toString() {
        return "report of " + notebook + ", " + results.size() + " rows";
    }

    /**
     * Checks that a name can be a file's name on any system.
     *
     * @throws IllegalArgumentException if it cannot
     */
    static String requireName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' cannot name a file; use letters, digits, '.', '-' and '_', for example "
                            + "val-loss");
        }
        return name;
    }
}
