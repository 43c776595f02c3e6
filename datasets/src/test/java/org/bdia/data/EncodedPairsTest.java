package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    void whatIsLeftOutDiffersFromEpochToEpoch() {
        Set<Integer> seen = new HashSet<>();
        for (int epoch = 0; epoch < 12; epoch++) {
            for (int[] positions : ENCODED.batches(1, epoch, 10)) {
                IntStream.of(positions).forEach(seen::add);
            }
        }
        assertThat(seen).hasSize(103);
    }

    @Test
    void batchesMayBeMoreThanOnePoolOrNone() {
        int[][] batches = ENCODED.batches(1, 0, 1);

        assertThat(Arrays.stream(batches).flatMapToInt(IntStream::of).sorted().toArray())
                .isEqualTo(IntStream.range(0, 103).toArray());
        assertThat(ENCODED.batches(1, 0, 103)).hasNumberOfRows(1);
        assertThat(ENCODED.batches(1, 0, 104)).isEmpty();
    }

    @Test
    void badRequestsAreRefused() {
        SentencePair pair = PAIRS.get(0);
        assertThatThrownBy(() -> new EncodedPairs(List.of(pair, pair), SOURCE, TARGET))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(pair.id() + " comes twice");
        assertThatThrownBy(() -> ENCODED.batches(1, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a batch must be 1 or more pairs, but is 0");
        for (int position : new int[] {-1, 103}) {
            assertThatThrownBy(() -> ENCODED.batch(new int[] {3, position}))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("no pair at position " + position + " of 103");
        }
    }

    @Test
    void theTokensToBeGuessedAreThoseOfTheSentencesAndTheirEnds() {
        int[] positions = {0, 50, 102};
        long expected = 0;
        for (int position : positions) {
            expected += TARGET.encode(PAIRS.get(position).target()).length + 1;
        }
        assertThat(ENCODED.batch(positions).targetTokens()).isEqualTo(expected);
        assertThat(ENCODED.batch(positions).size()).isEqualTo(3);
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
        assertThat(ENCODED.longestTarget()).isGreaterThanOrEqualTo(batch.targetLength());
    }
}
