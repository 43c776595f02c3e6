package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bdia.config.GptConfig;
import org.bdia.config.ModelConfig;
import org.bdia.config.OwnData;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.Parts;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.data.TextSplit;
import org.bdia.data.Tokens;
import org.bdia.data.Utf8;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.report.Profile;
import org.bdia.run.Sample;
import org.bdia.train.Task;
import org.bdia.train.TextTask;
import tech.tablesaw.api.Table;

/** A GPT that models a text. */
final class TextWorkload implements Workload {

    private static final int SAMPLES = 5;

    /** The tokens shown of every part. */
    private static final int SHOWN = 200;

    private static final int LENGTH = 60;

    private final RunConfig config;
    private final TextSplit text;
    private final GptConfig model;

    TextWorkload(RunConfig config, TaskConfig.Text task, DataFolder folder) {
        this(config, text(task, folder));
    }

    /** Reads a user's own text. */
    TextWorkload(RunConfig config, OwnData.Text task) {
        this(
                config,
                TextCorpus.load(Path.of(task.file()), task.unit(), task.parts(), task.splitSeed()));
    }

    private TextWorkload(RunConfig config, TextSplit text) {
        this.config = config;
        this.text = text;
        model = ((GptConfig) config.model()).withVocabulary(text.tokenizer().size());
    }

    /**
     * Shakespeare in the sizes of every profile. In {@code laptop} the plain transformer over-fits; notebook 12's search chose the learning
     * rate, the same for both methods.
     */
    static TrainingExperiment<TaskConfig.Text, GptConfig> overFitting(Environment environment) {
        TrainingExperiment<TaskConfig.Text, GptConfig> brief =
                preset(TextCorpus.Source.SHAKESPEARE, environment);
        return environment.profile() != Profile.LAPTOP
                ? brief
                : brief.task(t -> t.withSizes(5_000, 5_000, 5_000))
                        .train(
                                TrainConfig.of(240, 16, 5e-4)
                                        .withEvaluateEvery(2)
                                        .withCheckpointEvery(5));
    }

    /** The paper's subset of OpenWebText is 0.05 %, about 4.4 M tokens; the sample has 1.2 M. */
    static TrainingExperiment<TaskConfig.Text, GptConfig> preset(
            TextCorpus.Source source, Environment environment) {
        boolean plays = source == TextCorpus.Source.SHAKESPEARE;
        TextCorpus.Unit unit = plays ? TextCorpus.Unit.CHARACTERS : TextCorpus.Unit.GPT2_BPE;
        TaskConfig.Text text = new TaskConfig.Text(source, unit, 20_000, 5_000, 5_000, 0, false);
        GptConfig nano = GptConfig.nano().withContext(32);
        return switch (environment.profile()) {
            case SMOKE ->
                    TrainingExperiment.preset(
                            text.withSizes(2_600, 800, 800)
                                    .withSynthetic(
                                            !TextCorpus.isIn(environment.data(), source, unit)),
                            nano.withWidth(32).withDepth(4).withMlp(64),
                            TrainConfig.of(4, 8, 2e-3),
                            environment);
            case LAPTOP ->
                    TrainingExperiment.preset(
                            plays ? text : text.withSizes(10_000, 5_000, 5_000),
                            nano.withDepth(12),
                            plays
                                    ? TrainConfig.of(40, 16, 2e-3).withEvaluateEvery(2)
                                    : TrainConfig.of(9, 8, 1e-3),
                            environment);
            case PAPER ->
                    TrainingExperiment.preset(
                            text.withUnit(TextCorpus.Unit.GPT2_BPE)
                                    .withSizes(Parts.ALL, 100_000, 100_000),
                            GptConfig.gpt2(),
                            TrainConfig.of(40, 12, 6e-4),
                            environment);
        };
    }

    /** A small GPT in characters on a user's own text, whatever the profile. */
    static TrainingExperiment<OwnData.Text, GptConfig> preset(Path file, Environment environment) {
        return TrainingExperiment.preset(
                new OwnData.Text(
                        file.toAbsolutePath().normalize().toString(),
                        TextCorpus.Unit.CHARACTERS,
                        Parts.nineTenths(),
                        0),
                GptConfig.nano().withContext(64),
                TrainConfig.of(10, 16, 1e-3),
                environment);
    }

    /** The text of a task, generated where it says so. */
    static TextSplit text(TaskConfig.Text task, DataFolder folder) {
        return task.synthetic()
                ? SyntheticText.split(
                        task.unit(), task.train(), task.validation(), task.test(), task.splitSeed())
                : TextCorpus.load(
                        folder,
                        task.source(),
                        task.unit(),
                        task.train(),
                        task.validation(),
                        task.test(),
                        task.splitSeed());
    }

    @Override
    public Workload with(RunConfig run) {
        return new TextWorkload(run, text);
    }

    @Override
    public Provenance provenance() {
        Provenance train = text.train().provenance();
        return new Provenance(
                String.format(
                        Locale.ROOT,
                        "%s, %d validation, %d test",
                        train.name(),
                        text.validation().size(),
                        text.test().size()),
                train.source(),
                train.synthetic(),
                train.sha256());
    }

    @Override
    public Table sizes() {
        Task task = task();
        int[] windows = {
            task.stepsPerEpoch(1), task.size(Task.Split.VALIDATION), task.size(Task.Split.TEST)
        };
        List<DataTables.Lengths> rows = new ArrayList<>();
        for (int i = 0; i < windows.length; i++) {
            int[] lengths = new int[windows[i]];
            Arrays.fill(lengths, model.context());
            rows.add(new DataTables.Lengths(DataTables.PARTS.get(i), "window", lengths));
        }
        return DataTables.lengths("windows of " + provenance().name(), rows);
    }

    @Override
    public Table examples() {
        List<List<Tokens>> parts =
                Stream.of(text.train(), text.validation(), text.test())
                        .map(part -> part.size() == 0 ? List.<Tokens>of() : List.of(part))
                        .toList();
        return DataTables.examples(
                "beginnings of " + provenance().name(),
                parts,
                "text",
                part -> text.tokenizer().decode(part.window(0, Math.min(SHOWN, part.size()))),
                "tokens",
                part -> String.valueOf(part.size()));
    }

    @Override
    public Task task() {
        return new TextTask(text, model.context());
    }

    @Override
    public ModelConfig architecture(ModelConfig configured) {
        return model;
    }

    @Override
    public ReversibleModel model(NDManager manager) {
        Gpt gpt = new Gpt(model, config.method(), config.execution());
        gpt.initialize(manager, config.seed());
        return gpt;
    }

    /** Continuations of what the test text begins with, drawn at temperature 0.8 from the 40 likeliest tokens. */
    @Override
    public Outputs finish(ReversibleModel trained, NDManager manager) {
        List<Sample> samples = new ArrayList<>();
        int prompt = Math.max(1, model.context() / 2);
        int stride = Math.max(1, text.test().size() / SAMPLES);
        for (int i = 0; i < SAMPLES && i * stride + prompt + LENGTH <= text.test().size(); i++) {
            int[] given = text.test().window(i * stride, prompt);
            samples.add(
                    new Sample(
                            text.tokenizer().decode(given),
                            text.tokenizer()
                                    .decode(text.test().window(i * stride + prompt, LENGTH)),
                            continued(trained, manager, given, i)));
        }
        return new Outputs(Map.of(), samples);
    }

    @Override
    public List<String> write(ReversibleModel trained, NDManager manager, List<String> inputs) {
        List<String> texts = inputs.stream().map(Utf8::text).toList();
        int empty = texts.indexOf("");
        if (empty >= 0) {
            throw new IllegalArgumentException(
                    "text " + empty + " is empty; give at least one character to continue");
        }
        return IntStream.range(0, texts.size())
                .mapToObj(
                        i -> continued(trained, manager, text.tokenizer().encode(texts.get(i)), i))
                .toList();
    }

    private String continued(ReversibleModel trained, NDManager manager, int[] given, int seed) {
        int[] written =
                Generator.generate(
                        (Gpt) trained,
                        manager,
                        given,
                        LENGTH,
                        text.tokenizer().endOfText(),
                        Decoding.sample(0.8, seed).withTopK(40));
        return text.tokenizer().decode(written);
    }
}
