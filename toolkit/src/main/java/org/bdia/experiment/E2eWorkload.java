package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.OwnData;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.config.Start;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.E2e;
import org.bdia.data.E2eEntry;
import org.bdia.data.E2eSplit;
import org.bdia.data.Parts;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticE2e;
import org.bdia.data.TextCorpus;
import org.bdia.metric.TextScore;
import org.bdia.nn.Decoding;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.RunStore;
import org.bdia.run.Sample;
import org.bdia.train.Checkpoint;
import org.bdia.train.CompletionTask;
import org.bdia.train.CompletionTask.Completion;
import org.bdia.train.Task;
import org.bdia.train.TorchWeights;
import tech.tablesaw.api.Table;

/**
 * A GPT that is fine-tuned to put meaning representations into words: the meaning, {@code ||}, the sentence, the end of
 * text. Scored by BLEU, NIST, ROUGE-L and CIDEr on the test part.
 */
final class E2eWorkload implements Workload {
    /** GPT-2 medium's weights as Hugging Face publishes them. */
    private static final String PUBLISHED = "gpt2-medium/model.safetensors";

    private static final int SAMPLES = 10;

    /** The most tokens of a sentence about a restaurant; the longest published one has fewer. */
    private static final int SENTENCE = 100;

    private final RunConfig config;
    private final Start start;
    private final int beams;
    private final DataFolder folder;
    private final RunStore store;
    private final E2eSplit split;
    private final CompletionTokens tokens = new CompletionTokens();
    private final GptConfig model;

    E2eWorkload(RunConfig config, TaskConfig.E2eNlg e2e, DataFolder folder, RunStore store) {
        this(
                config,
                e2e.start(),
                e2e.beams(),
                begunWith(e2e.start(), entries(e2e, folder), folder),
                folder,
                store);
    }

    /** Reads a user's own completions. */
    E2eWorkload(RunConfig config, OwnData.Completions own, DataFolder folder, RunStore store) {
        this(
                config,
                own.start(),
                own.beams(),
                begunWith(
                        own.start(),
                        E2e.load(Path.of(own.file()), own.parts(), own.splitSeed()),
                        folder),
                folder,
                store);
    }

    private E2eWorkload(
            RunConfig config,
            Start start,
            int beams,
            E2eSplit split,
            DataFolder folder,
            RunStore store) {
        this.config = config;
        this.start = start;
        this.beams = beams;
        this.folder = folder;
        this.store = store;
        this.split = split;
        model = (GptConfig) config.model();
    }

    /** From published GPT-2 weights where the data folder has them, else from a small GPT trained on OpenWebText first. */
    static TrainingExperiment<TaskConfig.E2eNlg, GptConfig> preset(Environment environment) {
        boolean published = environment.data().has(PUBLISHED);
        boolean text =
                TextCorpus.isIn(
                        environment.data(),
                        TextCorpus.Source.OPENWEBTEXT,
                        TextCorpus.Unit.GPT2_BPE);
        TaskConfig.Text web =
                new TaskConfig.Text(
                        TextCorpus.Source.OPENWEBTEXT,
                        TextCorpus.Unit.GPT2_BPE,
                        400_000,
                        5_000,
                        0,
                        0,
                        false);
        TaskConfig.E2eNlg e2e =
                new TaskConfig.E2eNlg(
                        2_000,
                        100,
                        100,
                        new Start.Pretrained(web, TrainConfig.of(1, 8, 2e-3)),
                        1,
                        0,
                        false);
        GptConfig nano = GptConfig.nano().withContext(192);
        return switch (environment.profile()) {
            case SMOKE ->
                    TrainingExperiment.preset(
                            e2e.withSizes(80, 4, 4)
                                    .withStart(
                                            new Start.Pretrained(
                                                    web.withSizes(8_000, 1_000, 0)
                                                            .withSynthetic(!text),
                                                    TrainConfig.of(1, 4, 2e-3)))
                                    .withSynthetic(!E2e.isIn(environment.data())),
                            nano.withWidth(32).withDepth(2).withMlp(64),
                            TrainConfig.of(2, 4, 3e-3),
                            environment);
            case LAPTOP ->
                    TrainingExperiment.preset(e2e, nano, TrainConfig.of(3, 8, 1e-3), environment);
            case PAPER ->
                    TrainingExperiment.preset(
                            e2e.withSizes(Parts.ALL, Parts.ALL, Parts.ALL)
                                    .withStart(
                                            published
                                                    ? new Start.Published(PUBLISHED)
                                                    : e2e.start())
                                    .withBeams(10),
                            published ? GptConfig.gpt2Medium() : nano,
                            TrainConfig.of(5, 8, 2e-4)
                                    .withSchedule(new Schedule.WarmupCosine(2e-4, 500, 0))
                                    .withOptimizer(OptimizerConfig.adamW(0.01))
                                    .withLabelSmoothing(0.1),
                            environment);
        };
    }

    /** A small GPT on a user's own completions, from weights drawn from the seed, whatever the profile. */
    static TrainingExperiment<OwnData.Completions, GptConfig> preset(
            Path file, Environment environment) {
        return TrainingExperiment.preset(
                new OwnData.Completions(
                        file.toAbsolutePath().normalize().toString(),
                        Parts.nineTenths(),
                        new Start.Scratch(),
                        1,
                        0),
                GptConfig.nano().withContext(192),
                TrainConfig.of(5, 8, 1e-3),
                environment);
    }

    private static E2eSplit entries(TaskConfig.E2eNlg task, DataFolder folder) {
        return task.synthetic()
                ? SyntheticE2e.split(task.train(), task.validation(), task.test(), task.splitSeed())
                : E2e.load(folder, task.train(), task.validation(), task.test(), task.splitSeed());
    }

    /** Adds the digest of published weights to the source: a run that begins with others is another run. */
    private static E2eSplit begunWith(Start start, E2eSplit split, DataFolder folder) {
        if (!(start instanceof Start.Published published)) {
            return split;
        }
        String file = published.file();
        folder.plain(file);
        return split.alsoFrom("weights: " + file + ", SHA-256 " + folder.sha256(file));
    }

    /** The run whose weights another begins with, where it does: the same model and seed, plain, on a text. */
    static Optional<RunConfig> pretraining(RunConfig config) {
        Start start =
                config.task() instanceof TaskConfig.E2eNlg e2e
                        ? e2e.start()
                        : config.task() instanceof OwnData.Completions own ? own.start() : null;
        return start instanceof Start.Pretrained pretrained
                ? Optional.of(pretraining(config, pretrained))
                : Optional.empty();
    }

    private static RunConfig pretraining(RunConfig config, Start.Pretrained start) {
        return new RunConfig(
                start.text(),
                config.model().withDropout(0).withDropPath(0),
                Method.standard(),
                Backprop.STORE,
                false,
                start.train(),
                config.seed());
    }

    @Override
    public Workload with(RunConfig run) {
        return new E2eWorkload(run, start, beams, split, folder, store);
    }

    @Override
    public Provenance provenance() {
        return split.provenance();
    }

    @Override
    public Table sizes() {
        List<DataTables.Lengths> rows = new ArrayList<>();
        for (int i = 0; i < parts().size(); i++) {
            String part = DataTables.PARTS.get(i);
            List<E2eEntry> entries = parts().get(i);
            IntStream prompts = entries.stream().mapToInt(e -> tokens.prompt(e.meaning()).length);
            rows.add(new DataTables.Lengths(part, "prompt", prompts.toArray()));
            IntStream completions =
                    entries.stream()
                            .flatMap(e -> e.references().stream())
                            .mapToInt(reference -> tokens.completion(reference).length);
            rows.add(new DataTables.Lengths(part, "completion", completions.toArray()));
        }
        return DataTables.lengths("tokens of " + provenance().name(), rows);
    }

    @Override
    public Table examples() {
        return DataTables.examples(
                "entries of " + provenance().name(),
                parts(),
                "prompt",
                E2eEntry::meaning,
                "completion",
                e -> String.join("\n", e.references()));
    }

    private List<List<E2eEntry>> parts() {
        return List.of(split.train(), split.validation(), split.test());
    }

    @Override
    public Task task() {
        return new CompletionTask(
                completions(split.train()),
                completions(split.validation()),
                completions(split.test()));
    }

    private List<Completion> completions(List<E2eEntry> entries) {
        List<Completion> completions = new ArrayList<>();
        for (E2eEntry entry : entries) {
            for (int r = 0; r < entry.references().size(); r++) {
                int[] closed = tokens.completion(entry.references().get(r));
                int[] prompt = tokens.prompt(entry.meaning());
                // The last token is predicted, never read.
                Workload.requireFits(
                        "entry " + entry.id(),
                        prompt.length + closed.length - 1,
                        model.context(),
                        "or leave the entry out of the data");
                completions.add(new Completion(prompt, closed, entry.id(r)));
            }
        }
        return completions;
    }

    @Override
    public ReversibleModel model(NDManager manager) {
        Gpt gpt = new Gpt(model, config.method(), config.execution());
        gpt.initialize(manager, config.seed());
        if (start instanceof Start.Published published) {
            TorchWeights.load(folder.plain(published.file()), gpt);
        } else if (start instanceof Start.Pretrained pretrained) {
            String id = pretraining(config, pretrained).id();
            Checkpoint.loadWeights(store.finished(id), id, gpt);
        }
        return gpt;
    }

    @Override
    public Outputs finish(ReversibleModel trained, NDManager manager) {
        if (split.test().isEmpty()) {
            return Outputs.none();
        }
        List<String> inputs = split.test().stream().map(E2eEntry::meaning).toList();
        List<String> sentences = write(trained, manager, inputs);
        List<List<String>> references = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        for (E2eEntry entry : split.test()) {
            references.add(entry.references());
            if (samples.size() < SAMPLES) {
                samples.add(
                        new Sample(
                                entry.meaning(),
                                String.join("\n", entry.references()),
                                sentences.get(samples.size())));
            }
        }
        return new Outputs(
                Map.of(
                        "bleu", lowerCaseBleu(sentences, references),
                        "nist", TextScore.NIST.corpus(sentences, references),
                        "rouge_l", TextScore.ROUGE_L.corpus(sentences, references),
                        "cider", TextScore.CIDER.corpus(sentences, references)),
                samples);
    }

    /** No more tokens than the longest completion that was trained on, or of published entries {@link #SENTENCE}. */
    @Override
    public List<String> write(ReversibleModel trained, NDManager manager, List<String> inputs) {
        Decoding decoding =
                beams == 1
                        ? Decoding.greedy()
                        : Decoding.beam(beams).withLengthPenalty(0.9).withNoRepeatNgram(4);
        boolean own = config.task() instanceof OwnData;
        int most = own ? tokens.longest(split.train()) : SENTENCE;
        List<String> prompts = inputs.stream().map(own ? E2e::stripped : E2e::normalise).toList();
        return tokens.write((Gpt) trained, manager, prompts, most, decoding);
    }

    /** As the E2E challenge publishes it. */
    private static double lowerCaseBleu(List<String> sentences, List<List<String>> references) {
        return TextScore.BLEU.corpus(
                lowerCase(sentences), references.stream().map(E2eWorkload::lowerCase).toList());
    }

    private static List<String> lowerCase(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }
}
