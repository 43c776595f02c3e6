package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.bdia.config.GptConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.data.TextSplit;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.Sample;
import org.bdia.train.Task;
import org.bdia.train.TextTask;

/** A GPT that models a text. */
final class TextWorkload implements Workload {

    private static final int SAMPLES = 5;
    private static final int LENGTH = 60;

    private final RunConfig config;
    private final TextSplit text;
    private final GptConfig model;

    TextWorkload(RunConfig config, TaskConfig.Text task, DataFolder folder) {
        this.config = config;
        text = text(task, folder);
        model = ((GptConfig) config.model()).withVocabulary(text.tokenizer().size());
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
                                    .withSizes(TextCorpus.ALL, 100_000, 100_000),
                            GptConfig.gpt2(),
                            TrainConfig.of(40, 12, 6e-4),
                            environment);
        };
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
    public Task task() {
        return new TextTask(text, model.context());
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
        int prompt = model.context() / 2;
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
        return IntStream.range(0, inputs.size())
                .mapToObj(
                        i -> continued(trained, manager, text.tokenizer().encode(inputs.get(i)), i))
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
