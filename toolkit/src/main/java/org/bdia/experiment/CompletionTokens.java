package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import org.bdia.data.E2eEntry;
import org.bdia.data.Gpt2Bpe;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;

/** Completions of prompts in GPT-2's tokens: the prompt, {@code ||}, the completion, the end of text. */
final class CompletionTokens {

    private static final String SEPARATOR = " ||";

    private final Gpt2Bpe bpe = new Gpt2Bpe();

    /** Returns the ids that are read, the separator's included. */
    int[] prompt(String text) {
        return bpe.encode(text + SEPARATOR);
    }

    /** Returns the ids that are to be written, the end's included. */
    int[] completion(String text) {
        int[] words = bpe.encode(" " + text);
        int[] closed = Arrays.copyOf(words, words.length + 1);
        closed[words.length] = bpe.endOfText();
        return closed;
    }

    /** Returns the most tokens of a completion, its end included; 0 without entries. */
    int longest(List<E2eEntry> entries) {
        return entries.stream()
                .flatMap(entry -> entry.references().stream())
                .mapToInt(reference -> completion(reference).length)
                .max()
                .orElse(0);
    }

    /**
     * Completes prompts, each by as many tokens as the context leaves.
     *
     * @param most the most tokens of a completion, its end included, 1 or more
     * @throws IllegalArgumentException if a prompt is longer than the model's context
     */
    List<String> write(
            Gpt gpt, NDManager manager, List<String> inputs, int most, Decoding decoding) {
        int context = gpt.config().context();
        List<int[]> prompts = inputs.stream().map(this::prompt).toList();
        for (int i = 0; i < prompts.size(); i++) {
            Workload.requireFits("prompt " + i, prompts.get(i).length, context, "or shorten it");
        }
        return prompts.stream()
                .map(
                        prompt -> {
                            // The last token is written, never read.
                            int room = Math.min(most, context - prompt.length + 1);
                            return Generator.generate(
                                    gpt, manager, prompt, room, bpe.endOfText(), decoding);
                        })
                .map(ids -> bpe.decode(ids).strip())
                .toList();
    }
}
