package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.junit.jupiter.api.Test;

class GeneratorTest extends TensorTest {

    private static final GptConfig GPT =
            new GptConfig(11, 9, 8, 3, 2, 16, 0.1, ActivationConfig.GELU);
    private static final Seq2SeqConfig SEQ2SEQ = new Seq2SeqConfig(11, 9, 9, 8, 2, 3, 2, 16, 0.1);
    private static final int BEGIN = 1;
    private static final int END = 2;

    @Test
    void greedyTokensAreThoseOfTheWholeModelWithoutACacheAlsoBeyondTheContext() {
        for (Method method : List.of(Method.standard(), Method.bdia(0.5))) {
            for (long seed = 0; seed < 4; seed++) {
                Gpt gpt = gpt(method, seed);
                int[] prompt = {3, 1, 4, (int) seed};

                int[] found = Generator.generate(gpt, manager, prompt, 14, -1, Decoding.greedy());

                assertThat(found).isEqualTo(withoutCache(gpt, prompt, 14));
            }
        }
    }

    private int[] withoutCache(Gpt gpt, int[] prompt, int tokens) {
        int[] text = prompt;
        for (int t = 0; t < tokens; t++) {
            int from = Math.max(0, text.length - GPT.context());
            int[] window = Arrays.copyOfRange(text, from, text.length);
            NDArray scores = gpt.predict(new NDList(row(window)));
            int next = (int) scores.get(0, window.length - 1).argMax().getLong();
            text = Tokens.concat(text, new int[] {next});
        }
        return Arrays.copyOfRange(text, prompt.length, text.length);
    }

    @Test
    void greedyTranslationsAreThoseOfTheWholeModelInEveryBatch() {
        int[][] sources = {{3, 4, 5, 6, 7}, {8}, {9, 10, 3}, {8}};
        for (Method method : List.of(Method.standard(), Method.bdia(0.5))) {
            Seq2Seq model = translator(method);
            int[][] found =
                    Generator.translate(model, manager, sources, BEGIN, END, 7, Decoding.greedy());

            assertThat(found[3]).isEqualTo(found[1]);
            for (int row = 0; row < sources.length; row++) {
                int[] alone =
                        Generator.translate(
                                model,
                                manager,
                                new int[][] {sources[row]},
                                BEGIN,
                                END,
                                7,
                                Decoding.greedy())[0];
                assertThat(found[row]).isEqualTo(alone);
                assertThat(alone).isEqualTo(withoutCache(model, sources[row], 7));
            }
        }
    }

    private int[] withoutCache(Seq2Seq model, int[] source, int tokens) {
        int[] text = {BEGIN};
        for (int t = 0; t < tokens; t++) {
            NDArray scores = model.predict(new NDList(row(source), row(text)));
            int next = (int) scores.get(0, text.length - 1).argMax().getLong();
            if (next == END) {
                break;
            }
            text = Tokens.concat(text, new int[] {next});
        }
        return Arrays.copyOfRange(text, 1, text.length);
    }

    @Test
    void narrowSamplingAndOneBeamAreGreedy() {
        Gpt gpt = gpt(Method.bdia(0.5), 7);
        int[] prompt = {5, 6};
        int[] greedy = Generator.generate(gpt, manager, prompt, 6, -1, Decoding.greedy());
        for (Decoding same :
                List.of(
                        Decoding.sample(1, 3).withTopK(1),
                        Decoding.sample(1, 3).withTopP(1e-9),
                        Decoding.beam(1),
                        Decoding.beam(1).withLengthPenalty(0))) {
            assertThat(Generator.generate(gpt, manager, prompt, 6, -1, same))
                    .as("%s", same)
                    .isEqualTo(greedy);
        }
    }

    @Test
    void samplesAreAFunctionOfTheSeedAndFollowTheDistribution() {
        float[] scores = {0, (float) Math.log(2), (float) Math.log(5), -50};
        int[] counts = new int[4];
        for (int draw = 0; draw < 8000; draw++) {
            counts[NextToken.choose(scores, Decoding.sample(1, 9), 0, draw)]++;
        }

        assertThat(counts[0]).isBetween(850, 1150);
        assertThat(counts[1]).isBetween(1800, 2200);
        assertThat(counts[2]).isBetween(4700, 5300);
        assertThat(counts[3]).isZero();
        Gpt gpt = gpt(Method.standard(), 7);
        int[] one = Generator.generate(gpt, manager, new int[] {5}, 8, -1, Decoding.sample(2, 1));
        int[] two = Generator.generate(gpt, manager, new int[] {5}, 8, -1, Decoding.sample(2, 1));
        int[] other = Generator.generate(gpt, manager, new int[] {5}, 8, -1, Decoding.sample(2, 2));
        assertThat(two).isEqualTo(one).isNotEqualTo(other);
    }

    /** The other sentences are shorter or longer than the second, which is sorted by length among them. */
    @Test
    void sampledTranslationsDoNotDependOnTheOtherSentences() {
        Seq2Seq model = translator(Method.standard());
        Decoding sample = Decoding.sample(2, 1);
        int[] sentence = {8, 4};
        int[][] longer = {{3, 4, 5, 6}, sentence, {9, 10, 3}};
        int[][] shorter = {{3}, sentence, {9}};
        int[] found = Generator.translate(model, manager, longer, BEGIN, END, 7, sample)[1];

        assertThat(Generator.translate(model, manager, shorter, BEGIN, END, 7, sample)[1])
                .isEqualTo(found);
        int[][] twice = {{3}, sentence, sentence};
        int[][] both = Generator.translate(model, manager, twice, BEGIN, END, 7, sample);
        assertThat(both[1]).isEqualTo(found).isNotEqualTo(both[2]);
    }

    @Test
    void topKAndTopPCutTheTailOff() {
        float[] scores = {3, 2, 1, 0};
        for (int draw = 0; draw < 500; draw++) {
            assertThat(NextToken.choose(scores, Decoding.sample(5, 1).withTopK(2), 0, draw))
                    .isLessThan(2);
            // softmax: 0.64, 0.24, 0.09, 0.03
            assertThat(NextToken.choose(scores, Decoding.sample(1, 1).withTopP(0.8), 0, draw))
                    .isLessThan(2);
        }
    }

    @Test
    void aBeamAsWideAsTheSpaceFindsTheLikeliestSequence() {
        GptConfig tiny = GPT.withVocabulary(4);
        Gpt gpt = new Gpt(tiny, Method.standard(), Backprop.STORE);
        gpt.initialize(manager, 3);
        gpt.getParameters().forEach(p -> p.getValue().getArray().muli(8));
        int[] prompt = {1};
        int[] best = null;
        double highest = Double.NEGATIVE_INFINITY;
        for (int code = 0; code < 64; code++) {
            int[] text = {code / 16, code / 4 % 4, code % 4};
            double likelihood = likelihood(gpt, prompt, text);
            if (likelihood > highest) {
                highest = likelihood;
                best = text;
            }
        }

        assertThat(Generator.generate(gpt, manager, prompt, 3, -1, Decoding.beam(64)))
                .isEqualTo(best);
    }

    private double likelihood(Gpt gpt, int[] prompt, int[] text) {
        int[] whole = Tokens.concat(prompt, text);
        NDArray logs = gpt.predict(new NDList(row(whole))).logSoftmax(-1);
        return IntStream.range(0, text.length)
                .mapToDouble(i -> logs.getFloat(0, prompt.length + i - 1, text[i]))
                .sum();
    }

    @Test
    void noNgramComesTwice() {
        Gpt gpt = gpt(Method.standard(), 2);
        int[] text =
                Generator.generate(
                        gpt, manager, new int[] {1}, 9, -1, Decoding.beam(2).withNoRepeatNgram(2));
        List<List<Integer>> pairs = new ArrayList<>();
        for (int i = 0; i + 1 < text.length; i++) {
            pairs.add(List.of(text[i], text[i + 1]));
        }

        assertThat(text).hasSize(9);
        assertThat(pairs).doesNotHaveDuplicates();
        int[] all =
                Generator.generate(
                        gpt, manager, new int[] {1}, 99, -1, Decoding.beam(1).withNoRepeatNgram(1));
        assertThat(all)
                .as("until every token was there")
                .doesNotHaveDuplicates()
                .hasSizeGreaterThan(3);
    }

    @Test
    void nativeMemoryIsGivenBack() {
        Gpt gpt = gpt(Method.bdia(0.5), 1);
        Seq2Seq translator = translator(Method.bdia(0.5));
        int before = manager.getManagedArrays().size();
        for (Decoding decoding :
                List.of(Decoding.greedy(), Decoding.beam(3), Decoding.sample(1, 1))) {
            Generator.generate(gpt, manager, new int[] {1, 2}, 12, -1, decoding);
            Generator.translate(
                    translator, manager, new int[][] {{3, 4}, {5}}, BEGIN, END, 20, decoding);
        }

        assertThat(manager.getManagedArrays()).hasSize(before);
    }

    @Test
    void impossibleRequestsAreRefused() {
        Gpt gpt = gpt(Method.standard(), 1);
        assertThatThrownBy(
                        () ->
                                Generator.generate(
                                        gpt, manager, new int[0], 3, -1, Decoding.greedy()))
                .hasMessage(
                        "the prompt has no token; give at least one: a character, or the end of text of GPT-2's tokens");
        assertThatThrownBy(
                        () ->
                                Generator.generate(
                                        gpt, manager, new int[] {11}, 3, -1, Decoding.greedy()))
                .hasMessageContaining("the tokens hold the id 11");
        assertThatThrownBy(
                        () ->
                                Generator.generate(
                                        gpt, manager, new int[] {1}, 0, -1, Decoding.greedy()))
                .hasMessage("maxTokens must be at least 1, but is 0");
        assertThatThrownBy(
                        () ->
                                Generator.translate(
                                        translator(Method.standard()),
                                        manager,
                                        new int[][] {{3}, {}},
                                        BEGIN,
                                        END,
                                        3,
                                        Decoding.greedy()))
                .hasMessage("source 1 has no token");
        assertThatThrownBy(() -> Decoding.sample(0, 1))
                .hasMessage("temperature must be above 0, but is 0.0; greedy() is its limit at 0");
        assertThatThrownBy(() -> Decoding.sample(1, 1).withTopP(0))
                .hasMessageContaining("topK must be 0 or more and topP above 0");
        assertThatThrownBy(() -> Decoding.beam(0)).hasMessage("beams must be at least 1, but is 0");
        assertThatThrownBy(
                        () -> NextToken.choose(new float[] {1, Float.NaN}, Decoding.greedy(), 0, 4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "the model's logits for token 4 are not numbers; its weights have diverged");
    }

    private NDArray row(int[] ids) {
        return manager.create(
                Arrays.stream(ids).asLongStream().toArray(), new Shape(1, ids.length));
    }

    /** Larger weights than at the beginning of training, so that texts differ. */
    private Gpt gpt(Method method, long seed) {
        Gpt gpt = new Gpt(GPT, method, Backprop.STORE);
        gpt.initialize(manager, seed);
        gpt.getParameters().forEach(p -> p.getValue().getArray().muli(6));
        return gpt;
    }

    private Seq2Seq translator(Method method) {
        Seq2Seq model = new Seq2Seq(SEQ2SEQ, method, Backprop.STORE);
        model.initialize(manager, 5);
        model.getParameters().forEach(p -> p.getValue().getArray().muli(2));
        return model;
    }
}
