package org.bdia.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TextFile;
import org.bdia.data.DataFolder;
import org.bdia.experiment.Sweep;
import org.bdia.report.Profile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes a configuration, a sweep or a search to begin with. */
@Command(
        name = "new",
        description =
                "Writes the preset of a task as a file to edit: a configuration for bdia run, with every key, or a sweep"
                        + " or a search for bdia sweep.")
final class NewCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "TASK",
            description =
                    "cifar10, cifar10-brief, cifar100, translation, translation-brief, openwebtext, shakespeare, shakespeare-brief or e2e.")
    private String task;

    @Option(
            names = "--sweep",
            description = "Writes a sweep of the plain transformer beside BDIA, three seeds each.")
    private boolean sweep;

    @Option(names = "--search", description = "Writes a random search around the preset.")
    private boolean search;

    @Option(
            names = "--profile",
            paramLabel = "NAME",
            description =
                    "The preset's size, smoke, laptop or paper; default: BDIA_PROFILE, else smoke.")
    private String profile;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "The new file; default: TASK.json, TASK-sweep.json or TASK-search.json.")
    private Path output;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        String size = (profile == null ? Profile.fromEnvironment() : profile()).label();
        if (sweep && search) {
            throw new ParameterException(
                    spec.commandLine(), "--sweep and --search are two files; name one of them");
        }
        String ending = sweep ? "-sweep.json" : search ? "-search.json" : ".json";
        Path file = output != null ? output : Path.of(task + ending);
        if (Files.exists(file)) {
            throw new ParameterException(
                    spec.commandLine(),
                    file + " is there already; name another file by --output, or move it away");
        }
        List<RunConfig> configs =
                new Sweep(size, List.of(grid()), Optional.empty())
                        .configs(DataFolder.fromEnvironment());
        RunConfig first = configs.get(configs.size() - 1);
        Object content =
                sweep
                        ? Map.of("profile", size, "grids", List.of(grid()))
                        : search ? Map.of("profile", size, "search", search(first)) : first;
        TextFile.write(file, Json.pretty(content));
        var out = spec.commandLine().getOut();
        out.println(file + ": " + task + " at the size of the profile " + size);
        if (sweep) {
            out.println(
                    "Every key of a grid is a list: the sweep has all combinations, now "
                            + configs.size()
                            + " runs. Add any key of a configuration, nested keys joined by dots, for example"
                            + " \"train.epochs\": [10, 20]; bdia new "
                            + task
                            + " shows them all.");
            out.println("next: bdia sweep " + file + " --dry-run");
        } else if (search) {
            out.println(
                    "Every key of the space is a key of a configuration, with a list of values to choose from, a range"
                            + " {\"uniform\": [low, high]}, or one whose logarithm is uniform, {\"log\": [low, high]}; bdia new "
                            + task
                            + " shows all keys. More runs keep the ones there are. For successive halving write \"kind\":"
                            + " \"halving\", \"epochs\": [5, 15, 45], \"eta\": 3 in place of the kind: all runs begin with 5"
                            + " epochs, and the best third of them go on, with 15, and so on.");
            out.println("next: bdia sweep " + file + " --dry-run");
        } else {
            out.println(
                    "task: which data, how much of them; model: the architecture; method and backprop: what is computed,"
                            + " and how it is differentiated; train: epochs, batch, learning rate, optimiser; seed: what"
                            + " every draw is a function of. A key that does not fit is refused by name.");
            out.println("next: bdia run " + file);
        }
        return 0;
    }

    private Profile profile() {
        try {
            return Profile.of(profile);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    private Map<String, Object> search(RunConfig preset) {
        double peak = preset.train().schedule().peak();
        Map<String, Object> space = new LinkedHashMap<>(grid());
        space.remove("seed");
        space.put("train.schedule.peak", Map.of("log", List.of(peak / 10, peak * 10)));
        space.put("model.dropout", Map.of("uniform", List.of(0, 0.3)));
        return Map.of("kind", "random", "runs", 16, "seed", 0, "space", space);
    }

    private Map<String, List<JsonNode>> grid() {
        var numbers = JsonNodeFactory.instance;
        Map<String, List<JsonNode>> grid = new LinkedHashMap<>();
        grid.put("task", List.of(TextNode.valueOf(task)));
        grid.put(
                "method",
                List.of(
                        Json.tree(Json.canonical(Method.standard()), "the plain transformer"),
                        Json.tree(Json.canonical(Method.bdia(0.5)), "BDIA")));
        grid.put(
                "seed",
                sweep
                        ? List.of(
                                numbers.numberNode(0), numbers.numberNode(1), numbers.numberNode(2))
                        : List.of(numbers.numberNode(0)));
        return grid;
    }
}
