package org.bdia.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.data.EpochShuffle;
import org.bdia.data.SampleIds;

/**
 * Fine-tuning a language model to complete prompts: of each sequence prompt + completion, the completion's tokens are to be
 * predicted; the prompt is read, but not part of the loss.
 */
public final class CompletionTask implements Task {

    private final List<Completion> train;
    private final List<Completion> validation;
    private final List<Completion> test;
    private final EpochOrder<int[]> order;

    /**
     * One sequence.
     *
     * @param prompt the ids that are given, one or more
     * @param completion the ids to be predicted, one or more
     * @param id the sample's id, the key of its random choices
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Completion(int[] prompt, int[] completion, long id) {

        /**
         * Checks that there is something to guess from and something to guess.
         *
         * @throws IllegalArgumentException if prompt or completion is empty
         */
        public Completion {
            if (prompt.length == 0 || completion.length == 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "sample %d has a prompt of %d tokens and a completion of %d; both need at"
                                        + " least one",
                                id,
                                prompt.length,
                                completion.length));
            }
        }

        int token(int position) {
            return position < prompt.length
                    ? prompt[position]
                    : completion[position - prompt.length];
        }

        int length() {
            return prompt.length + completion.length;
        }
    }

    /**
     * A task over three disjoint sets of sequences.
     *
     * @throws IllegalArgumentException if an id comes twice in the training set
     */
    public CompletionTask(
            List<Completion> train, List<Completion> validation, List<Completion> test) {
        SampleIds.requireUnique(train.stream().mapToLong(Completion::id).toArray());
        this.train = List.copyOf(train);
        this.validation = List.copyOf(validation);
        this.test = List.copyOf(test);
        order = new EpochOrder<>((seed, epoch) -> EpochShuffle.of(train.size(), seed, epoch));
    }

    @Override
    public int stepsPerEpoch(int batch) {
        return train.size() / batch;
    }

    @Override
    public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
        int[] positions = order.of(seed, epoch);
        return batch(
                manager,
                Arrays.stream(positions, index * batch, (index + 1) * batch)
                        .mapToObj(train::get)
                        .toList());
    }

    @Override
    public int size(Split split) {
        return completions(split).size();
    }

    @Override
    public Batch evaluation(NDManager manager, Split split, int from, int to) {
        return batch(manager, completions(split).subList(from, to));
    }

    private List<Completion> completions(Split split) {
        return split == Split.VALIDATION ? validation : test;
    }

    /** Rows are padded at the end with id 0, which causal attention keeps from what is predicted. */
    private static Batch batch(NDManager manager, List<Completion> rows) {
        int length = rows.stream().mapToInt(Completion::length).max().orElseThrow() - 1;
        long[] inputs = new long[rows.size() * length];
        long[] labels = new long[rows.size() * length];
        Arrays.fill(labels, CrossEntropy.IGNORED);
        long[] ids = new long[rows.size()];
        long units = 0;
        for (int r = 0; r < rows.size(); r++) {
            Completion row = rows.get(r);
            ids[r] = row.id();
            units += row.completion().length;
            for (int t = 0; t + 1 < row.length(); t++) {
                inputs[r * length + t] = row.token(t);
                if (t + 1 >= row.prompt().length) {
                    labels[r * length + t] = row.token(t + 1);
                }
            }
        }
        Shape shape = new Shape(rows.size(), length);
        return new Batch(
                new NDList(manager.create(inputs, shape)),
                manager.create(labels, shape),
                ids,
                units);
    }

    @Override
    public Map<String, Double> summarise(Map<String, Double> means) {
        return TextTask.withPerplexity(means);
    }
}
