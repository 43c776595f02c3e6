package org.bdia.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.ObjLongConsumer;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.bdia.data.Checksum;
import org.bdia.data.DataFolder;
import org.bdia.data.Fetcher;
import org.bdia.data.Fetcher.Fetched;
import org.bdia.data.PublishedFile;
import org.bdia.data.PublishedSet;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Lists data sets and downloads published ones. */
@Command(
        name = "data",
        description = "Lists data sets and downloads published ones.",
        synopsisSubcommandLabel = "(list | fetch)")
final class DataCommand {

    private static final long MIB = 1 << 20;

    @Spec private CommandSpec spec;

    @Command(
            name = "list",
            description =
                    "Lists the sets that can be fetched: whether they are there, sizes, sources and"
                            + " checksums.")
    int list(
            @Option(
                            names = "--into",
                            paramLabel = "FOLDER",
                            description =
                                    "The data folder; default: BDIA_DATA, else ~/.cache/bdia.")
                    Path into) {
        DataFolder folder = folder(into);
        PrintWriter out = spec.commandLine().getOut();
        out.println("data folder: " + folder);
        for (PublishedSet set : PublishedSet.all()) {
            out.println();
            out.printf(
                    Locale.ROOT,
                    "%-16s %s: %s; licence: %s%n",
                    set.label(),
                    set.title(),
                    set.isIn(folder) ? "there" : "not there",
                    set.licence());
            for (PublishedFile file : set.files()) {
                out.printf(Locale.ROOT, "%-16s %s%n", "", file.uri());
                out.printf(Locale.ROOT, "%-16s %s, %s%n", "", size(file.size()), binding(file));
            }
        }
        out.flush();
        return 0;
    }

    @Command(
            name = "fetch",
            description =
                    "Downloads published sets over HTTPS and checks them. Existing files are not"
                            + " replaced.")
    int fetch(
            @Parameters(
                            arity = "0..*",
                            paramLabel = "NAME",
                            description = "Sets as 'bdia data list' names them; default: all.")
                    List<String> names,
            @Option(
                            names = "--into",
                            paramLabel = "FOLDER",
                            description =
                                    "The data folder; default: BDIA_DATA, else ~/.cache/bdia.")
                    Path into) {
        List<PublishedSet> sets = sets(names);
        DataFolder folder = folder(into);
        PrintWriter out = spec.commandLine().getOut();
        for (PublishedSet set : sets) {
            if (set.isIn(folder)) {
                out.println(set.label() + ": already there");
                continue;
            }
            out.println(set.label() + ": " + set.title() + "; licence: " + set.licence());
            out.flush();
            fetch(set, folder).forEach(file -> out.println(describe(file)));
            out.flush();
        }
        return 0;
    }

    private static List<Fetched> fetch(PublishedSet set, DataFolder folder) {
        try (Bars bars = new Bars()) {
            return Fetcher.into(folder).fetch(set, bars);
        }
    }

    private List<PublishedSet> sets(List<String> names) {
        if (names == null || names.isEmpty()) {
            return PublishedSet.all();
        }
        try {
            return names.stream().map(PublishedSet::of).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private static DataFolder folder(Path into) {
        return into == null ? DataFolder.fromEnvironment() : DataFolder.at(into);
    }

    static String describe(Fetched fetched) {
        PublishedFile file = fetched.file();
        String placed =
                fetched.placed().stream()
                        .map(path -> String.valueOf(path.getFileName()))
                        .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "  %s: %s, SHA-256 %s, %s%n  put in place, each with its .sha256: %s",
                file.name(),
                size(OptionalLong.of(fetched.bytes())),
                fetched.sha256(),
                file.checksum()
                        .map(sum -> sum.algorithm() + " as published")
                        .orElse("trusted on first use: no checksum is published"),
                placed);
    }

    private static String binding(PublishedFile file) {
        return file.checksum()
                .map(Checksum::toString)
                .orElse("no published checksum: trusted on first use");
    }

    private static String size(OptionalLong bytes) {
        return bytes.isEmpty()
                ? "size not published"
                : String.format(
                        Locale.ROOT,
                        "%,d bytes (%.1f MiB)",
                        bytes.getAsLong(),
                        bytes.getAsLong() / (double) MIB);
    }

    /** One progress bar per file; on terminals only. */
    private static final class Bars implements ObjLongConsumer<PublishedFile>, AutoCloseable {
        private PublishedFile file;
        private ProgressBar bar;

        // From JDK 22 on a console may lack a terminal; a bar in a log does no harm.
        @SuppressWarnings("SystemConsoleNull")
        @Override
        public void accept(PublishedFile from, long bytes) {
            if (System.console() == null) {
                return;
            }
            if (!from.equals(file)) {
                close();
                file = from;
                bar =
                        new ProgressBarBuilder()
                                .setTaskName(from.name())
                                .setUnit(" MiB", MIB)
                                .setInitialMax(from.size().orElse(-1))
                                .showSpeed()
                                .build();
            }
            bar.stepTo(bytes);
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
                bar = null;
            }
        }
    }
}
