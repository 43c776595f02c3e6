package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.Gpt2Bpe;
import org.bdia.data.Parts;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.run.RunStore;
import org.bdia.train.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The models are untrained: they write on until they are stopped. */
class CompletionTokensTest extends TensorTest {

    private static final GptConfig GPT =
            new GptConfig(50257, 24, 8, 1, 2, 8, 0, ActivationConfig.GELU);

    private final Gpt2Bpe bpe = new Gpt2Bpe();
    private final CompletionTokens tokens = new CompletionTokens();

    @TempDir private Path root;

    private Gpt gpt() {
        Gpt gpt = new Gpt(GPT, Method.standard(), Backprop.STORE);
        gpt.initialize(manager, 1);
        return gpt;
    }

    private String generated(Gpt gpt, int[] prompt, int length) {
        int[] ids =
                Generator.generate(
                        gpt, manager, prompt, length, bpe.endOfText(), Decoding.greedy());
        assertThat(ids).hasSize(length);
        return bpe.decode(ids).strip();
    }

    private List<String> written(Gpt gpt, String prompt, int most) {
        return tokens.write(gpt, manager, List.of(prompt), most, Decoding.greedy());
    }

    @ParameterizedTest
    @CsvSource({"3, 3", "22, 22", "23, 23", "24, 23", "1000, 23"})
    void aCompletionHasTheTokensAskedForThatTheContextLeaves(int most, int length) {
        int[] prompt = bpe.encode("a ||");
        assertThat(prompt).hasSize(2);
        Gpt gpt = gpt();

        assertThat(written(gpt, "a", most)).containsExactly(generated(gpt, prompt, length));
    }

    @Test
    void aPromptMayFillTheContextButNotBeLonger() {
        String full = "a".concat(" a".repeat(22));
        Gpt gpt = gpt();

        assertThat(written(gpt, full, 9))
                .containsExactly(generated(gpt, bpe.encode(full + " ||"), 1));
        assertThatThrownBy(
                        () ->
                                tokens.write(
                                        gpt,
                                        manager,
                                        List.of("a", full + " a"),
                                        9,
                                        Decoding.greedy()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "prompt 1 has 25 tokens to read, but the model's context is 24; raise the model's context,"
                                + " or shorten it");
    }

    /** Otherwise they would share their gammas and their dropped blocks. */
    @Test
    void completionsOfOnePromptAreSamplesOfTheirOwn() {
        String answers = OwnFiles.lines(12, "name #,It is #.") + OwnFiles.lines(12, "name #,#!");
        Path file = new OwnFiles(root).file("two.csv", "prompt,completion\n" + answers);
        RunConfig config =
                Experiment.completions(file)
                        .task(t -> t.withParts(new Parts(Parts.ALL, 0, 0)))
                        .onlySeeds(1L)
                        .configs()
                        .get(0);
        Task task = Workload.of(config, DataFolder.at(root), RunStore.at(root)).task();
        assertThat(task.stepsPerEpoch(24)).isEqualTo(1);

        assertThat(task.training(manager, 1, 0, 0, 24).sampleIds()).doesNotHaveDuplicates();
    }

    /** 241 tokens; sentences about restaurants end after at most 100. */
    @Test
    void ownCompletionsMayBeAsLongAsTheLongestThatIsTrainedOn() {
        String answers = OwnFiles.lines(12, "name #,\"" + "It is so.".repeat(60) + "\"");
        Path file = new OwnFiles(root).file("long.csv", "prompt,completion\n" + answers);
        RunConfig config =
                Experiment.completions(file)
                        .task(t -> t.withParts(new Parts(Parts.ALL, 2, 2)))
                        .model(m -> m.withContext(512).withWidth(8).withMlp(8).withDepth(1))
                        .onlySeeds(1L)
                        .configs()
                        .get(0);
        Workload workload = Workload.of(config, DataFolder.at(root), RunStore.at(root));
        Gpt gpt = (Gpt) workload.model(manager);
        int length = bpe.encode(" " + "It is so.".repeat(60)).length + 1;

        assertThat(length).isGreaterThan(200);
        assertThat(workload.write(gpt, manager, List.of("name ao0")))
                .containsExactly(generated(gpt, bpe.encode("name ao0 ||"), length));
    }
}
