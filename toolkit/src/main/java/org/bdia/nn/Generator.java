package org.bdia.nn;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bdia.config.Ranges;

/** Texts written token by token. */
public final class Generator {

    private static final int BATCH = 64;

    private Generator() {}

    /**
     * Continues a prompt. Where prompt and new tokens outgrow the model's context, it sees the last tokens only.
     *
     * @param manager whose device the model's weights are on
     * @param prompt token ids, one or more
     * @param maxTokens new tokens, 1 or more
     * @param end the id at which the text ends, or −1 for none
     * @return the new tokens, without the end
     * @throws IllegalArgumentException if the prompt is empty, has an id outside the vocabulary, or maxTokens is not
     *     positive
     */
    public static int[] generate(
            Gpt model, NDManager manager, int[] prompt, int maxTokens, int end, Decoding decoding) {
        if (prompt.length == 0) {
            throw new IllegalArgumentException(
                    "the prompt has no token; give at least one: a character, or the end of text of GPT-2's tokens");
        }
        Ranges.positive("maxTokens", maxTokens);
        try (DecodingSession session = new GptSession(model, manager)) {
            int[][] prompts = {prompt};
            return search(session, prompts, new int[] {0}, maxTokens, end, decoding)[0];
        }
    }

    /**
     * Translates sentences. What is sampled is a function of the seed and of a sentence's place, not of the other sentences.
     *
     * @param manager whose device the model's weights are on
     * @param sources token ids, each row one or more
     * @param begin the id that begins a translation
     * @param end the id that ends one
     * @param maxTokens the most tokens of a translation, 1 or more; the model's context bounds it too
     * @return the translations, in the sources' order, without begin and end
     * @throws IllegalArgumentException if a source is empty, too long or has an id outside the vocabulary, or maxTokens
     *     is not positive
     */
    public static int[][] translate(
            Seq2Seq model,
            NDManager manager,
            int[][] sources,
            int begin,
            int end,
            int maxTokens,
            Decoding decoding) {
        Ranges.positive("maxTokens", maxTokens);
        for (int row = 0; row < sources.length; row++) {
            if (sources[row].length == 0) {
                throw new IllegalArgumentException("source " + row + " has no token");
            }
        }
        int[] byLength =
                IntStream.range(0, sources.length)
                        .boxed()
                        .sorted(Comparator.comparingInt(row -> sources[row].length))
                        .mapToInt(row -> row)
                        .toArray();
        int batch = decoding instanceof Decoding.Beam ? 1 : BATCH;
        int[][] translations = new int[sources.length][];
        for (int from = 0; from < byLength.length; from += batch) {
            int[] rows =
                    Arrays.copyOfRange(byLength, from, Math.min(byLength.length, from + batch));
            int[][] chosen =
                    Arrays.stream(rows).mapToObj(row -> sources[row]).toArray(int[][]::new);
            int[][] prompts = new int[rows.length][];
            Arrays.fill(prompts, new int[] {begin});
            try (DecodingSession session = new Seq2SeqSession(model, manager, chosen)) {
                int[][] found = search(session, prompts, rows, maxTokens, end, decoding);
                for (int i = 0; i < rows.length; i++) {
                    translations[rows[i]] = found[i];
                }
            }
        }
        return translations;
    }

    /** The texts' numbers choose their samples, whatever the batch that they are in. */
    private static int[][] search(
            DecodingSession session,
            int[][] prompts,
            int[] numbers,
            int maxTokens,
            int end,
            Decoding decoding) {
        if (decoding instanceof Decoding.Beam beam) {
            return new int[][] {BeamSearch.run(session, prompts[0], maxTokens, end, beam)};
        }
        List<List<Integer>> texts = new ArrayList<>();
        for (int row = 0; row < prompts.length; row++) {
            texts.add(new ArrayList<>());
        }
        boolean[] ended = new boolean[prompts.length];
        int[][] next = prompts;
        for (int t = 0; t < maxTokens && next[0].length <= session.room(); t++) {
            float[][] logits = session.feed(next);
            next = new int[prompts.length][];
            boolean all = true;
            for (int row = 0; row < next.length; row++) {
                int token = NextToken.choose(logits[row], decoding, numbers[row], t);
                next[row] = new int[] {token};
                ended[row] |= token == end;
                if (!ended[row]) {
                    texts.get(row).add(token);
                    all = false;
                }
            }
            if (all) {
                break;
            }
        }
        return texts.stream()
                .map(text -> text.stream().mapToInt(token -> token).toArray())
                .toArray(int[][]::new);
    }
}
