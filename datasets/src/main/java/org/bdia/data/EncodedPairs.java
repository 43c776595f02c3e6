package org.bdia.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bdia.io.SplitMix64;

/** Sentence pairs as ids, and batches of similar lengths. */
public final class EncodedPairs {

    /** The batches that are sorted by length together. */
    private static final int POOL = 50;

    private final int[][] sources;
    private final int[][] targets;
    private final long[] ids;

    /**
     * Encodes pairs; a pair's position is its place in the list.
     *
     * @throws IllegalArgumentException if an id comes twice
     */
    public EncodedPairs(List<SentencePair> pairs, Vocabulary source, Vocabulary target) {
        sources = pairs.stream().map(p -> source.encode(p.source())).toArray(int[][]::new);
        targets = pairs.stream().map(p -> framed(target.encode(p.target()))).toArray(int[][]::new);
        ids = pairs.stream().mapToLong(SentencePair::id).toArray();
        SampleIds.requireUnique(ids);
    }

    private static int[] framed(int[] sentence) {
        int[] framed = new int[sentence.length + 2];
        framed[0] = Vocabulary.BEGIN;
        System.arraycopy(sentence, 0, framed, 1, sentence.length);
        framed[framed.length - 1] = Vocabulary.END;
        return framed;
    }

    /** Returns the number of pairs. */
    public int size() {
        return ids.length;
    }

    /** Returns the most tokens of a source; 0 without pairs. */
    public int longestSource() {
        return longest(sources);
    }

    /** Returns the most tokens of a target, its beginning and end included; 0 without pairs. */
    public int longestTarget() {
        return longest(targets);
    }

    /**
     * Returns the batches of an epoch as positions of pairs: permuted, sorted by length in pools of some batches, and the
     * batches permuted; a function of the arguments. Pairs that do not fill a batch are left out, different ones in each
     * epoch.
     *
     * @param seed the run's seed
     * @param epoch the epoch, from 0
     * @param batch the pairs of a batch B, 1 or more
     * @return (⌊N / B⌋, B) positions
     * @throws IllegalArgumentException if a batch is to have no pairs
     */
    public int[][] batches(long seed, int epoch, int batch) {
        if (batch < 1) {
            throw new IllegalArgumentException("a batch must be 1 or more pairs, but is " + batch);
        }
        int[] order = EpochShuffle.of(size(), seed, epoch);
        int count = size() / batch;
        int[][] batches = new int[count][];
        for (int first = 0; first < count; first += POOL) {
            int last = Math.min(count, first + POOL);
            int[] pool =
                    Arrays.stream(order, first * batch, last * batch)
                            .boxed()
                            .sorted(
                                    Comparator.comparingInt((Integer i) -> targets[i].length)
                                            .thenComparingInt(i -> sources[i].length))
                            .mapToInt(i -> i)
                            .toArray();
            for (int b = first; b < last; b++) {
                batches[b] = Arrays.copyOfRange(pool, (b - first) * batch, (b - first + 1) * batch);
            }
        }
        int[] visits = SplitMix64.permutation(count, Purpose.ORDER.key(seed, epoch, 1));
        return IntStream.of(visits).mapToObj(b -> batches[b]).toArray(int[][]::new);
    }

    /**
     * Returns the pairs at some positions, each side padded to its longest.
     *
     * @throws IndexOutOfBoundsException if there is no pair at a position
     */
    public PairBatch batch(int[] positions) {
        for (int position : positions) {
            if (position < 0 || position >= size()) {
                throw new IndexOutOfBoundsException(
                        "no pair at position " + position + " of " + size());
            }
        }
        int[][] source = IntStream.of(positions).mapToObj(i -> sources[i]).toArray(int[][]::new);
        int[][] target = IntStream.of(positions).mapToObj(i -> targets[i]).toArray(int[][]::new);
        int sourceLength = longest(source);
        int targetLength = longest(target);
        return new PairBatch(
                padded(source, sourceLength),
                sourceLength,
                padded(target, targetLength),
                targetLength,
                IntStream.of(positions).mapToLong(i -> ids[i]).toArray());
    }

    private static int longest(int[][] rows) {
        return Arrays.stream(rows).mapToInt(row -> row.length).max().orElse(0);
    }

    /** Returns rows of one length; {@link Vocabulary#PAD} is 0, an array's initial value. */
    private static int[] padded(int[][] rows, int length) {
        int[] all = new int[rows.length * length];
        for (int row = 0; row < rows.length; row++) {
            System.arraycopy(rows[row], 0, all, row * length, rows[row].length);
        }
        return all;
    }
}
