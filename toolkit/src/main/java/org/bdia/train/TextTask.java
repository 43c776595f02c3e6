package org.bdia.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.data.TextSplit;
import org.bdia.data.Tokens;
import org.bdia.data.Windows;

/**
 * Language modelling: in windows of T tokens, each token's successor is predicted. A sample's id is the position of its
 * window in the text; windows do not overlap, and each epoch shifts them.
 */
public final class TextTask implements Task {

    private final int length;
    private final Windows train;
    private final Held validation;
    private final Held test;
    private final EpochOrder<int[]> order;

    /** A part to evaluate on, where its windows begin. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Held(Windows windows, int[] starts) {

        static Held of(Tokens tokens, int length) {
            if (tokens.size() == 0) {
                return new Held(null, new int[0]);
            }
            Windows windows = new Windows(tokens, length);
            return new Held(windows, windows.starts());
        }
    }

    /**
     * A task over three parts of a corpus.
     *
     * @param length T, tokens a window
     * @throws IllegalArgumentException if a part has tokens, but not enough for a window
     */
    public TextTask(TextSplit text, int length) {
        this.length = length;
        train = new Windows(text.train(), length);
        validation = Held.of(text.validation(), length);
        test = Held.of(text.test(), length);
        order = new EpochOrder<>(train::order);
    }

    @Override
    public int stepsPerEpoch(int batch) {
        return train.size() / batch;
    }

    @Override
    public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
        int[] starts = order.of(seed, epoch);
        return batch(
                manager, train, Arrays.copyOfRange(starts, index * batch, (index + 1) * batch));
    }

    @Override
    public int size(Split split) {
        return held(split).starts().length;
    }

    @Override
    public Batch evaluation(NDManager manager, Split split, int from, int to) {
        Held held = held(split);
        return batch(manager, held.windows(), Arrays.copyOfRange(held.starts(), from, to));
    }

    private Held held(Split split) {
        return split == Split.VALIDATION ? validation : test;
    }

    private Batch batch(NDManager manager, Windows windows, int[] starts) {
        int size = starts.length;
        long[] inputs = new long[size * length];
        long[] labels = new long[size * length];
        for (int row = 0; row < size; row++) {
            int[] window = windows.window(starts[row]);
            for (int t = 0; t < length; t++) {
                inputs[row * length + t] = window[t];
                labels[row * length + t] = window[t + 1];
            }
        }
        Shape shape = new Shape(size, length);
        return new Batch(
                new NDList(manager.create(inputs, shape)),
                manager.create(labels, shape),
                Arrays.stream(starts).asLongStream().toArray(),
                (long) size * length);
    }

    @Override
    public Map<String, Double> summarise(Map<String, Double> means) {
        return withPerplexity(means);
    }

    /** Adds the perplexity, the exponential of the mean loss per token. */
    static Map<String, Double> withPerplexity(Map<String, Double> means) {
        Map<String, Double> all = new TreeMap<>(means);
        all.put("perplexity", Math.exp(means.get("loss")));
        return all;
    }
}
