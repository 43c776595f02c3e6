package org.bdia.run;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bdia.BadInput;
import org.bdia.BadInput.Step;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.Records;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Run folders damaged file by file, and runs used out of order. */
class BadRunTest {

    private static final String CONFIG = Json.canonical(Method.bdia(0.5));
    private static final Provenance DATA = new Provenance("set", "files", false, "00");
    private static final Manifest MANIFEST =
            new Manifest(
                    "1",
                    "abc",
                    "1",
                    "17",
                    "os",
                    "cpu",
                    2,
                    1,
                    "cpu()",
                    "engine 1",
                    DATA,
                    Instant.EPOCH,
                    Instant.EPOCH,
                    List.of(),
                    0);
    private static final String HEADER = "step,epoch,split,metric,value\n";

    private static final String REMOVE =
            "; check the path, or, in a run's folder, remove the folder and run it again";
    private static final String CHANGED =
            ": differs from its checksum in DONE; remove the run's folder and run it again";
    private static final String DAMAGED =
            "; the file is damaged: remove the run's folder and run it again";

    static Stream<BadInput> finished() {
        Step read = root -> RunStore.at(root).read("r");
        return Stream.of(
                new BadInput(
                        "not done",
                        finishedBut(f -> Files.delete(f.resolve("DONE"))),
                        read,
                        "ROOT/r: expected a finished run, but there is no DONE; run or resume it first"),
                new BadInput(
                        "no run",
                        root -> {},
                        read,
                        "ROOT/r: expected a finished run, but there is no DONE; run or resume it first"),
                changed("config.json", "0.5", "0.25", read, "ROOT/r/config.json" + CHANGED),
                changed("manifest.json", "cpu()", "gpu()", read, "ROOT/r/manifest.json" + CHANGED),
                changed("metrics.csv", "2.5", "0.5", read, "ROOT/r/metrics.csv" + CHANGED),
                changed("samples.json", "[ ]", "[]", read, "ROOT/r/samples.json" + CHANGED),
                changed("DONE", "config.json", "config.jso", read, "ROOT/r/config.json" + CHANGED),
                missing(
                        "config.json",
                        read,
                        "ROOT/r/config.json: expected a readable file of UTF-8 text, found no such file"
                                + REMOVE),
                missing(
                        "manifest.json",
                        read,
                        "ROOT/r/manifest.json: expected a readable file of UTF-8 text, found no such "
                                + "file"
                                + REMOVE),
                missing(
                        "metrics.csv",
                        read,
                        "ROOT/r/metrics.csv: expected a readable file of UTF-8 text, found no such file"
                                + REMOVE),
                missing(
                        "samples.json",
                        root -> RunStore.at(root).read("r").samples(),
                        "run r has no samples.json: archived runs are restored without samples; to have"
                                + " them, remove the run's folder and train it again without the archive"),
                new BadInput(
                        "opened again",
                        finishedBut(f -> {}),
                        root -> RunStore.at(root).open("r", CONFIG),
                        "ROOT/r: the run is finished; read it, or remove its folder to run it again"));
    }

    static Stream<BadInput> begun() {
        Step open = root -> RunStore.at(root).open("r", CONFIG).close();
        Step begin =
                root -> {
                    try (Run run = RunStore.at(root).open("r", CONFIG)) {
                        run.begin(MANIFEST);
                    }
                };
        Provenance other = new Provenance("another set", "files", false, "11");
        return Stream.of(
                begun(
                        "no JSON",
                        "config.json",
                        CONFIG.substring(5),
                        open,
                        "ROOT/r/config.json at line 1, column 1: expected JSON, found: Unrecognized "
                                + "token 'ma': was expecting (JSON String, Number, Array, Object or token "
                                + "'null', 'true' or 'false'); fix the file there, or write it again"),
                begun(
                        "empty",
                        "config.json",
                        "",
                        open,
                        "ROOT/r/config.json: expected one JSON object, found nothing; it begins with { "
                                + "and ends with }"),
                begun(
                        "other configuration",
                        "config.json",
                        CONFIG.replace("9", "8"),
                        open,
                        "ROOT/r/config.json: expected the configuration "
                                + "{\"gamma\":0.5,\"level\":9,\"name\":\"bdia\",\"per\":\"SAMPLE\"}, found "
                                + "{\"gamma\":0.5,\"level\":8,\"name\":\"bdia\",\"per\":\"SAMPLE\"}; remove the folder, or use another id"),
                begun(
                        "header",
                        "metrics.csv",
                        "step,loss\n",
                        open,
                        "ROOT/r/metrics.csv, line 1: expected the header "
                                + "step,epoch,split,metric,value, found 'step,loss'"
                                + DAMAGED),
                begun(
                        "no header",
                        "metrics.csv",
                        "",
                        open,
                        "ROOT/r/metrics.csv, line 1: expected the header "
                                + "step,epoch,split,metric,value, found ''"
                                + DAMAGED),
                begun(
                        "cells",
                        "metrics.csv",
                        HEADER + "1,0,train,2.5\n",
                        open,
                        "ROOT/r/metrics.csv, line 2: expected step,epoch,split,metric,value, found "
                                + "'1,0,train,2.5'"
                                + DAMAGED),
                begun(
                        "number",
                        "metrics.csv",
                        HEADER + "1,0,train,loss,two\n",
                        open,
                        "ROOT/r/metrics.csv, line 2: expected step,epoch,split,metric,value, found "
                                + "'1,0,train,loss,two'"
                                + DAMAGED),
                begun(
                        "order",
                        "metrics.csv",
                        HEADER + "2,0,train,loss,2.5\n1,0,train,loss,2.5\n",
                        open,
                        "ROOT/r/metrics.csv, line 3: expected a step of at least 2, found "
                                + "'1,0,train,loss,2.5'"
                                + DAMAGED),
                new BadInput(
                        "not UTF-8",
                        root -> {
                            open.in(root);
                            BadInput.write(root.resolve("r/metrics.csv"), new byte[] {(byte) 0xE9});
                        },
                        open,
                        "ROOT/r/metrics.csv: expected a readable file of UTF-8 text, found bytes that "
                                + "are not UTF-8"
                                + REMOVE),
                begun(
                        "no manifest",
                        "manifest.json",
                        "{}",
                        begin,
                        "ROOT/r/manifest.json: key 'version' is missing; found the keys []"),
                begun(
                        "other data",
                        "manifest.json",
                        Json.pretty(Records.with(MANIFEST, "data", other)),
                        begin,
                        "ROOT/r/manifest.json: the run was begun on Provenance[name=another set, "
                                + "source=files, synthetic=false, sha256=11], but goes on with "
                                + "Provenance[name=set, source=files, synthetic=false, sha256=00]; bring the "
                                + "data back, or remove the run's folder"),
                BadInput.of(
                        "no plain name",
                        root -> RunStore.at(root).open("../r", CONFIG),
                        "a run's id must be letters, digits and . _ + -, but is '../r'"),
                BadInput.of(
                        "no configuration",
                        root -> RunStore.at(root).open("r", "[]"),
                        "configuration of run r: expected one JSON object, found array; it begins with "
                                + "{ and ends with }"),
                new BadInput(
                        "a step back",
                        open,
                        root -> {
                            try (Run run = RunStore.at(root).open("r", CONFIG)) {
                                run.append(
                                        List.of(
                                                new MetricRow(2, 0, "train", "loss", 1),
                                                new MetricRow(1, 0, "train", "loss", 1)));
                            }
                        },
                        "ROOT/r/metrics.csv: has step 2, so step 1 cannot follow; call resumeAfter "
                                + "first"));
    }

    @ParameterizedTest
    @MethodSource("finished")
    void finishedRunsThatWereTouchedAreRefused(BadInput input, @TempDir Path root)
            throws Exception {
        input.requireRefused(root);
    }

    @ParameterizedTest
    @MethodSource("begun")
    void runsThatCannotGoOnAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static BadInput begun(
            String name, String file, String content, Step use, String message) {
        return new BadInput(
                file + ": " + name,
                root -> {
                    RunStore.at(root).open("r", CONFIG).close();
                    BadInput.write(
                            root.resolve("r").resolve(file),
                            content.getBytes(StandardCharsets.UTF_8));
                },
                use,
                message);
    }

    private static BadInput changed(String file, String from, String to, Step use, String message) {
        Step change =
                folder -> {
                    String text = Files.readString(folder.resolve(file));
                    if (!text.contains(from)) {
                        throw new IllegalStateException(file + " has no " + from + ": " + text);
                    }
                    Files.writeString(folder.resolve(file), text.replace(from, to));
                };
        return new BadInput(file + " changed", finishedBut(change), use, message);
    }

    private static BadInput missing(String file, Step use, String message) {
        return new BadInput(
                file + " missing",
                finishedBut(folder -> Files.delete(folder.resolve(file))),
                use,
                message);
    }

    /** A finished run, then something done to its folder. */
    private static Step finishedBut(Step change) {
        return root -> {
            try (Run run = RunStore.at(root).open("r", CONFIG)) {
                run.append(List.of(new MetricRow(1, 0, "train", "loss", 2.5)));
                run.finish(MANIFEST, Map.of(), List.of());
            }
            change.in(root.resolve("r"));
        };
    }
}
