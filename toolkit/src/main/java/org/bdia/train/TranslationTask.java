package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.stream.IntStream;
import org.bdia.data.EncodedPairs;
import org.bdia.data.PairBatch;
import org.bdia.data.Vocabulary;

/**
 * Translation: from a source sentence and the beginning of its translation, the translation's next token is predicted.
 * The loss is a mean over target tokens, the end of the sentence included, padding not.
 */
public final class TranslationTask implements Task {

    private final EncodedPairs train;
    private final EncodedPairs validation;
    private final EncodedPairs test;

    /** The order of batches of one size, whole for threads that share the task. */
    private record Ordered(int batch, EpochOrder<int[][]> order) {}

    private volatile Ordered ordered;

    /** A task over three disjoint sets of sentence pairs. */
    public TranslationTask(EncodedPairs train, EncodedPairs validation, EncodedPairs test) {
        this.train = train;
        this.validation = validation;
        this.test = test;
    }

    @Override
    public int stepsPerEpoch(int batch) {
        return train.size() / batch;
    }

    @Override
    public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
        Ordered known = ordered;
        if (known == null || known.batch() != batch) {
            known = new Ordered(batch, new EpochOrder<>((s, e) -> train.batches(s, e, batch)));
            ordered = known;
        }
        return batch(manager, train.batch(known.order().of(seed, epoch)[index]));
    }

    @Override
    public int size(Split split) {
        return pairs(split).size();
    }

    @Override
    public Batch evaluation(NDManager manager, Split split, int from, int to) {
        return batch(manager, pairs(split).batch(IntStream.range(from, to).toArray()));
    }

    private EncodedPairs pairs(Split split) {
        return split == Split.VALIDATION ? validation : test;
    }

    /** Inputs: source (B, S), target without its last column (B, T); labels: target without its first. */
    private static Batch batch(NDManager manager, PairBatch pairs) {
        int size = pairs.size();
        int columns = pairs.targetLength();
        int length = columns - 1;
        long[] source = IntStream.of(pairs.source()).asLongStream().toArray();
        long[] inputs = new long[size * length];
        long[] labels = new long[size * length];
        int[] target = pairs.target();
        for (int row = 0; row < size; row++) {
            for (int t = 0; t < length; t++) {
                int next = target[row * columns + t + 1];
                inputs[row * length + t] = target[row * columns + t];
                labels[row * length + t] = next == Vocabulary.PAD ? CrossEntropy.IGNORED : next;
            }
        }
        Shape shape = new Shape(size, length);
        return new Batch(
                new NDList(
                        manager.create(source, new Shape(size, pairs.sourceLength())),
                        manager.create(inputs, shape)),
                manager.create(labels, shape),
                pairs.sampleIds(),
                pairs.targetTokens());
    }

    @Override
    public Map<String, Double> sums(NDArray output, NDArray labels) {
        return Map.of("accuracy", (double) CrossEntropy.right(output, labels));
    }

    @Override
    public Map<String, Double> summarise(Map<String, Double> means) {
        return TextTask.withPerplexity(means);
    }
}
