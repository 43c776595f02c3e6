package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.FileException;
import org.bdia.config.GptConfig;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.Start;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.DataException;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.data.TextCorpus;
import org.bdia.io.Sha256;
import org.bdia.nn.Gpt;
import org.bdia.run.MetricRow;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;
import org.bdia.train.TorchWeights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on generated text: they train, write, are scored, and end with the same bits stored and reversed. */
class WorkloadTest {

    private static final GptConfig GPT =
            new GptConfig(50257, 64, 8, 2, 2, 8, 0.1, ActivationConfig.GELU);
    private static final TaskConfig.Text TEXT =
            new TaskConfig.Text(
                    TextCorpus.Source.SHAKESPEARE,
                    TextCorpus.Unit.CHARACTERS,
                    900,
                    200,
                    500,
                    0,
                    true);

    @TempDir private Path folder;

    private RunRecord run(TaskConfig task, ModelConfig model, Backprop backprop) {
        TrainConfig train = TrainConfig.of(1, 4, 1e-3);
        return run(new RunConfig(task, model, Method.bdia(0.5), backprop, true, train, 1));
    }

    private RunRecord run(RunConfig config) {
        RunConfig read = Json.parse(config.json(), RunConfig.class, "a test");
        assertThat(read).isEqualTo(config);
        RunStore store = RunStore.at(folder);
        assertThat(new RunWorker(config, store, DataFolder.at(folder)).work(e -> {}, () -> false))
                .isTrue();
        return store.read(config.id());
    }

    private static List<MetricRow> scores(RunRecord record) {
        return record.metrics();
    }

    @Test
    void aTextIsModelledAndContinued() {
        RunRecord stored = run(TEXT, GPT, Backprop.STORE);
        RunRecord reversed = run(TEXT, GPT, Backprop.REVERSIBLE);

        assertThat(scores(reversed)).isEqualTo(scores(stored));
        assertThat(reversed.samples()).hasSize(5).isEqualTo(stored.samples());
        assertThat(reversed.metrics()).extracting(MetricRow::metric).contains("loss", "perplexity");
        RunConfig config = Json.parse(stored.config().toString(), RunConfig.class, "a test");
        String prompt = stored.samples().get(0).input();
        List<String> texts = answers(config, (w, model, m) -> w.write(model, m, List.of(prompt)));
        assertThat(texts).containsExactly(stored.samples().get(0).output());
        assertThatThrownBy(
                        () -> answers(config, (w, model, m) -> w.classify(model, m, new byte[1])))
                .hasMessage("the models of this task classify no images; they write text");
        assertThatThrownBy(
                        () -> answers(config, (w, model, m) -> w.write(model, m, List.of("a", ""))))
                .hasMessage("text 1 is empty; give at least one character to continue");
    }

    /** 900 characters are 14 windows of 64, thus 3 batches of 4; the text has its own characters, not GPT-2's tokens. */
    @Test
    void aPlanIsMadeForTheTokensOfTheData() {
        TrainConfig train = TrainConfig.of(3, 4, 1e-3);
        var config = new RunConfig(TEXT, GPT, Method.standard(), Backprop.STORE, false, train, 1);
        RunWorker.Extent extent =
                new RunWorker(config, RunStore.at(folder), DataFolder.at(folder)).extent();
        assertThat(extent.steps()).isEqualTo(3 * 3);
        assertThat(((GptConfig) extent.model()).vocabulary()).isBetween(10, 100);
        assertThat(extent.model().depth()).isEqualTo(GPT.depth());
    }

    private <T> T answers(RunConfig config, TrainedModel.Use<T> use) {
        RunStore store = RunStore.at(folder);
        return TrainedModel.use(
                config, Workload.of(config, DataFolder.at(folder), store), store, use);
    }

    /** Floating-point, so that stored and reversed runs end alike, not to the bit. */
    @Test
    void twoStreamsClassifyAndWrite() {
        List<RunConfig> configs =
                List.of(
                        Runs.small(Method.revNet(), Backprop.REVERSIBLE, 3),
                        new RunConfig(
                                TEXT,
                                GPT,
                                Method.revNet(),
                                Backprop.REVERSIBLE,
                                true,
                                TrainConfig.of(1, 4, 1e-3),
                                1));
        for (RunConfig config : configs) {
            RunRecord reversed = run(config);
            RunRecord stored =
                    run(
                            new RunConfig(
                                    config.task(),
                                    config.model(),
                                    config.method(),
                                    Backprop.STORE,
                                    true,
                                    config.train(),
                                    config.seed()));
            assertThat(reversed.metrics()).hasSameSizeAs(stored.metrics());
            for (int i = 0; i < stored.metrics().size(); i++) {
                assertThat(reversed.metrics().get(i).value())
                        .isCloseTo(stored.metrics().get(i).value(), withinPercentage(0.1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6, 7, 8, 9, 10, 11, 12})
    void everyLevelTrainsAndIsRebuiltBitForBit(int level) {
        RunConfig reversed = Runs.small(Method.bdia(0.5).withLevel(level), Backprop.REVERSIBLE, 3);
        RunConfig stored = Runs.small(Method.bdia(0.5).withLevel(level), Backprop.STORE, 3);

        assertThat(reversed.verify()).isTrue();
        assertThat(scores(run(reversed))).isEqualTo(scores(run(stored)));
        run(Runs.small(Method.quantised().withLevel(level), Backprop.STORE, 3));
    }

    @Test
    void everyDrawOfGammaTrains() {
        List<Method> methods =
                List.of(
                        Method.bdia(0.5),
                        Method.bdia(0.5).perBatch(),
                        Method.bdia(0.25),
                        Method.bdiaFloat(0.6),
                        Method.bdiaFloat(0.5).uniform(),
                        Method.bdiaFloat(0.5).uniform().perBatch());
        List<List<MetricRow>> all =
                methods.stream().map(m -> scores(run(Runs.small(m, Backprop.STORE, 3)))).toList();

        assertThat(all).doesNotHaveDuplicates();
    }

    @Test
    void stochasticDepthEndsWithTheSameBitsHoweverDifferentiated() {
        GptConfig model = GPT.withDropPath(0.3);
        RunRecord stored = run(TEXT, model, Backprop.STORE);

        assertThat(scores(run(TEXT, model, Backprop.REVERSIBLE))).isEqualTo(scores(stored));
        assertThat(scores(run(TEXT, model, Backprop.CHECKPOINT))).isEqualTo(scores(stored));
        assertThat(scores(stored)).isNotEqualTo(scores(run(TEXT, GPT, Backprop.STORE)));
    }

    @Test
    void sentencesAreTranslatedAndScored() {
        TaskConfig task = new TaskConfig.Translation(60, 8, 12, 5, 60, 2, 0, true);
        Seq2SeqConfig model = new Seq2SeqConfig(9, 9, 32, 8, 2, 2, 2, 8, 0.1).withDropPath(0.2);
        RunRecord stored = run(task, model, Backprop.STORE);
        RunRecord reversed = run(task, model, Backprop.REVERSIBLE);

        assertThat(scores(reversed)).isEqualTo(scores(stored));
        assertThat(reversed.metrics())
                .filteredOn(row -> row.split().equals("test"))
                .extracting(MetricRow::metric)
                .containsExactlyInAnyOrder(
                        "accuracy",
                        "loss",
                        "perplexity",
                        "bleu",
                        "chrf",
                        "accuracy_at_best",
                        "loss_at_best",
                        "perplexity_at_best",
                        "bleu_at_best",
                        "chrf_at_best");
        assertThat(reversed.samples()).hasSize(10);
    }

    @Test
    void whatIsLongerThanTheContextIsRefusedBeforeTraining() {
        TaskConfig task = new TaskConfig.Translation(60, 8, 12, 9, 60, 2, 0, true);
        Seq2SeqConfig model = new Seq2SeqConfig(9, 9, 5, 8, 2, 2, 2, 8, 0.1);
        assertThatThrownBy(() -> run(task, model, Backprop.STORE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a sentence has ")
                .hasMessageContaining("the model's context is 5; raise")
                .hasMessageContaining("maxWords");
        TaskConfig restaurants = new TaskConfig.E2eNlg(8, 2, 2, new Start.Scratch(), 1, 0, true);
        assertThatThrownBy(() -> run(restaurants, GPT.withContext(6), Backprop.STORE))
                .hasMessageContaining("the model's context is 6");
    }

    @Test
    void publishedWeightsAreKeptInARunsRecordAndCompared() throws IOException {
        TaskConfig.E2eNlg scratch = new TaskConfig.E2eNlg(8, 2, 2, new Start.Scratch(), 1, 0, true);
        RunConfig config = tuning(scratch.withStart(new Start.Published("gpt.safetensors")));
        publish(1);
        String plain = provenance(tuning(scratch)).source();
        assertThat(plain).doesNotContain("weights");
        RunRecord begun = run(config);
        assertThat(begun.data().source())
                .isEqualTo(
                        plain
                                + "; weights: gpt.safetensors, SHA-256 "
                                + Sha256.of(folder.resolve("gpt.safetensors")));
        Workload.requireSameData(config, provenance(config), RunStore.at(folder));

        publish(2);
        assertThatThrownBy(
                        () ->
                                Workload.requireSameData(
                                        config, provenance(config), RunStore.at(folder)))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("the run was made on ");
        Files.writeString(folder.resolve("gpt.safetensors.sha256"), "0".repeat(64));
        assertThatThrownBy(() -> provenance(config))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("gpt.safetensors: expected SHA-256 000");
    }

    private static RunConfig tuning(TaskConfig.E2eNlg task) {
        TrainConfig train = TrainConfig.of(1, 4, 1e-3);
        return new RunConfig(task, GPT, Method.bdia(0.5), Backprop.REVERSIBLE, true, train, 1);
    }

    private void publish(long seed) {
        try (NDManager manager = NDManager.newBaseManager()) {
            Gpt gpt = new Gpt(GPT, Method.standard(), Backprop.STORE);
            gpt.initialize(manager, seed);
            TorchWeights.save(folder.resolve("gpt.safetensors"), gpt);
        }
    }

    private Provenance provenance(RunConfig config) {
        return Workload.of(config, DataFolder.at(folder), RunStore.at(folder)).provenance();
    }

    /** A subset may have the same training file as the whole set, and another test file. */
    @Test
    void aFinishedRunIsComparedByAllItsFiles() throws IOException {
        Files.createDirectories(folder.resolve("e2e-nlg"));
        for (String file : List.of("trainset", "devset", "testset_w_refs")) {
            entries(file, "name[A],A is here.\n");
        }
        RunConfig config = tuning(new TaskConfig.E2eNlg(4, 1, 1, new Start.Scratch(), 1, 0, false));
        run(config);
        Workload.requireSameData(config, provenance(config), RunStore.at(folder));
        for (String file : List.of("devset", "testset_w_refs")) {
            entries(file, "name[A],A is there.\n");
            assertThatThrownBy(
                            () ->
                                    Workload.requireSameData(
                                            config, provenance(config), RunStore.at(folder)))
                    .isInstanceOf(ExperimentException.class)
                    .hasMessageContaining("but the data are now ");
            entries(file, "name[A],A is here.\n");
        }
    }

    private void entries(String file, String line) throws IOException {
        Files.writeString(
                folder.resolve("e2e-nlg").resolve(file + ".csv"), "mr,ref\n" + line.repeat(4));
    }

    @Test
    void fineTuningBeginsWithTheWeightsOfTheRunThatItNames() {
        Start.Pretrained start =
                new Start.Pretrained(
                        TEXT.withUnit(TextCorpus.Unit.GPT2_BPE), TrainConfig.of(1, 2, 1e-3));
        TaskConfig.E2eNlg task = new TaskConfig.E2eNlg(8, 2, 2, start, 1, 0, true);
        RunConfig tuning =
                new RunConfig(
                        task,
                        GPT,
                        Method.bdia(0.5),
                        Backprop.REVERSIBLE,
                        true,
                        TrainConfig.of(1, 4, 1e-3),
                        1);
        RunConfig pretraining = E2eWorkload.pretraining(tuning).orElseThrow();
        assertThatThrownBy(() -> run(tuning))
                .isInstanceOf(FileException.class)
                .hasMessageContaining(pretraining.id() + ": expected a finished run");
        run(pretraining);
        RunRecord tuned = run(tuning);
        RunRecord scratch =
                run(
                        new RunConfig(
                                task.withStart(new Start.Scratch()),
                                GPT,
                                Method.bdia(0.5),
                                Backprop.REVERSIBLE,
                                true,
                                TrainConfig.of(1, 4, 1e-3),
                                1));

        assertThat(pretraining.model().dropout()).isZero();
        assertThat(tuned.metrics().get(0).value())
                .as("the first validation loss")
                .isNotEqualTo(scratch.metrics().get(0).value());
        assertThat(tuned.metrics())
                .extracting(MetricRow::metric)
                .contains("bleu", "nist", "rouge_l", "cider");
    }
}
