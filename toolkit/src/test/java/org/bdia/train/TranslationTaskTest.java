package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.bdia.data.EncodedPairs;
import org.bdia.data.SentencePair;
import org.bdia.data.SyntheticPairs;
import org.bdia.data.Vocabulary;
import org.bdia.train.CompletionTask.Completion;
import org.junit.jupiter.api.Test;

/** The tasks in which not every position is predicted. */
class TranslationTaskTest {

    @Test
    void whatIsPaddedIsNeitherGuessedNorCounted() {
        List<SentencePair> pairs = SyntheticPairs.split(40, 1, 1, 3).train();
        Vocabulary vocabulary =
                Vocabulary.bpe(pairs.stream().map(SentencePair::target).toList(), 50);
        EncodedPairs encoded = new EncodedPairs(pairs, vocabulary, vocabulary);
        TranslationTask task = new TranslationTask(encoded, encoded, encoded);
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int step = 0; step < task.stepsPerEpoch(8); step++) {
                Batch batch = task.training(manager, 1, 0, step, 8);
                long[] target = batch.inputs().get(1).toLongArray();
                long[] labels = batch.labels().toLongArray();
                int length = (int) batch.labels().getShape().get(1);
                long predicted = 0;
                for (int i = 0; i < labels.length; i++) {
                    boolean last = i % length == length - 1;
                    if (labels[i] != CrossEntropy.IGNORED) {
                        predicted++;
                        if (!last && labels[i] != Vocabulary.END) {
                            assertThat(target[i + 1]).isEqualTo(labels[i]);
                        }
                    } else if (!last) {
                        assertThat(target[i + 1]).isEqualTo(Vocabulary.PAD);
                    }
                }
                assertThat(batch.units()).isEqualTo(predicted);
            }
        }
    }

    @Test
    void theLossIsTheMeanOverWhatIsGuessed() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray scores = manager.randomNormal(new Shape(2, 3, 5));
            NDArray labels = manager.create(new long[] {1, 4, -1, 0, -1, -1}, new Shape(2, 3));
            NDArray logs = scores.logSoftmax(-1);
            double hit = logs.getFloat(0, 0, 1) + logs.getFloat(0, 1, 4) + logs.getFloat(1, 0, 0);
            double spread =
                    logs.get("0, 0").mean().getFloat()
                            + logs.get("0, 1").mean().getFloat()
                            + logs.get("1, 0").mean().getFloat();

            assertThat((double) CrossEntropy.mean(scores, labels, 0).getFloat())
                    .isCloseTo(-hit / 3, offset(1e-5));
            assertThat((double) CrossEntropy.mean(scores, labels, 0.2).getFloat())
                    .isCloseTo(-(0.8 * hit + 0.2 * spread) / 3, offset(1e-5));
            NDArray best = scores.argMax(-1);
            assertThat(CrossEntropy.right(scores, best)).isEqualTo(6);
            assertThat(CrossEntropy.right(scores, best.mul(0).sub(1))).isZero();
        }
    }

    @Test
    void ofACompletionThePromptIsReadButNotGuessed() {
        List<Completion> rows =
                List.of(
                        new Completion(new int[] {5, 6, 7}, new int[] {8, 9}, 0),
                        new Completion(new int[] {4}, new int[] {3, 2, 1, 9}, 1));
        CompletionTask task = new CompletionTask(rows, rows, List.of());
        try (NDManager manager = NDManager.newBaseManager()) {
            Batch batch = task.evaluation(manager, Task.Split.VALIDATION, 0, 2);

            assertThat(batch.inputs().get(0).toLongArray()).containsExactly(5, 6, 7, 8, 4, 3, 2, 1);
            assertThat(batch.labels().toLongArray()).containsExactly(-1, -1, 8, 9, 3, 2, 1, 9);
            assertThat(batch.units()).isEqualTo(6);
            assertThat(task.size(Task.Split.TEST)).isZero();
        }
        List<Completion> twice = List.of(rows.get(0), rows.get(0));
        assertThat(new CompletionTask(rows, twice, twice).size(Task.Split.TEST)).isEqualTo(2);
        assertThatThrownBy(() -> new CompletionTask(twice, rows, rows))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("sample ids must differ, but 0 comes twice;");
        assertThatThrownBy(() -> new Completion(new int[0], new int[] {1}, 7))
                .hasMessage(
                        "sample 7 has a prompt of 0 tokens and a completion of 1; both need at least one");
    }
}
