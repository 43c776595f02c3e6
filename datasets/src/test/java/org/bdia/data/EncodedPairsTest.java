package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EncodedPairsTest {

    private static final List<SentencePair> PAIRS = SyntheticPairs.split(103, 1, 1, 4).train();
    private static final Vocabulary SOURCE =
            Vocabulary.bpe(PAIRS.stream().map(SentencePair::source).toList(), 60);
    private static final Vocabulary TARGET =
            Vocabulary.bpe(PAIRS.stream().map(SentencePair::target).toList(), 60);
    private static final EncodedPairs ENCODED = new EncodedPairs(PAIRS, SOURCE, TARGET);

    @Test
    void anEpochSeesEachPairAtMostOnceInWholeBatches() {
        int[][] batches = ENCODED.batches(1, 2, 10);

        assertThat(batches).hasNumberOfRows(10);
        assertThat(Arrays.stream(batches).flatMapToInt(IntStream::of).distinct()).hasSize(100);
        assertThat(ENCODED.batches(1, 2, 10)).isDeepEqualTo(batches);
        assertThat(Arrays.deepEquals(ENCODED.batches(1, 3, 10), batches)).isFalse();
        assertThat(Arrays.deepEquals(ENCODED.batches(2, 2, 10), batches)).isFalse();
    }

    @Test
    void lengthsWithinABatchAreAlike() {
        long padded = 0;
        for (int[] positions : ENCODED.batches(1, 0, 10)) {
            PairBatch batch = ENCODED.batch(positions);
            padded += (long) batch.size() * (batch.targetLength() - 1) - batch.targetTokens();
        }
        PairBatch all = ENCODED.batch(IntStream.range(0, 103).toArray());
        long unsorted = 103L * (all.targetLength() - 1) - all.targetTokens();

        assertThat(padded).isLessThan(unsorted / 2);
    }

    @Test
    void rowsAreFramedAndPaddedAtTheEnd() {
        int[] positions = {4, 90, 17};
        PairBatch batch = ENCODED.batch(positions);
        for (int row = 0; row < 3; row++) {
            SentencePair pair = PAIRS.get(positions[row]);
            int[] target =
                    Arrays.copyOfRange(
                            batch.target(),
                            row * batch.targetLength(),
                            (row + 1) * batch.targetLength());
            int[] ids = TARGET.encode(pair.target());
            assertThat(target[0]).isEqualTo(Vocabulary.BEGIN);
            assertThat(Arrays.copyOfRange(target, 1, ids.length + 1)).isEqualTo(ids);
            assertThat(target[ids.length + 1]).isEqualTo(Vocabulary.END);
            assertThat(Arrays.stream(target).skip(ids.length + 2))
                    .allMatch(id -> id == Vocabulary.PAD);
            int[] source =
                    Arrays.copyOfRange(
                            batch.source(),
                            row * batch.sourceLength(),
                            (row + 1) * batch.sourceLength());
            assertThat(SOURCE.decode(source)).isEqualTo(pair.source());
            assertThat(batch.sampleIds()[row]).isEqualTo(pair.id());
        }
        assertThat(ENCODED.longest()).isGreaterThanOrEqualTo(batch.targetLength());
    }
}
