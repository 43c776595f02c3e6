package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.data.TextSplit;
import org.bdia.data.Tokens;
import org.junit.jupiter.api.Test;

class TextTaskTest {

    private static final TextSplit TEXT =
            SyntheticText.split(TextCorpus.Unit.CHARACTERS, 200, 60, 0, 1);

    @Test
    void labelsAreTheTokensThatFollow() {
        TextTask task = new TextTask(TEXT, 8);
        try (NDManager manager = NDManager.newBaseManager();
                Batch batch = task.training(manager, 3, 1, 2, 4)) {
            long[] inputs = batch.inputs().get(0).toLongArray();
            long[] labels = batch.labels().toLongArray();

            assertThat(batch.units()).isEqualTo(32);
            for (int row = 0; row < 4; row++) {
                int[] window = TEXT.train().window((int) batch.sampleIds()[row], 9);
                for (int t = 0; t < 8; t++) {
                    assertThat(inputs[row * 8 + t]).isEqualTo(window[t]);
                    assertThat(labels[row * 8 + t]).isEqualTo(window[t + 1]);
                }
            }
        }
    }

    @Test
    void anEpochSeesEachWindowOnceAndIsAFunctionOfSeedAndEpoch() {
        TextTask task = new TextTask(TEXT, 8);
        Set<Long> seen = new HashSet<>();
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int step = 0; step < task.stepsPerEpoch(4); step++) {
                for (long id : task.training(manager, 3, 1, step, 4).sampleIds()) {
                    assertThat(seen.add(id)).isTrue();
                }
            }
            long[] again = new TextTask(TEXT, 8).training(manager, 3, 1, 0, 4).sampleIds();
            long[] next = task.training(manager, 3, 2, 0, 4).sampleIds();

            assertThat(seen).hasSize(24);
            assertThat(task.training(manager, 3, 1, 0, 4).sampleIds()).isEqualTo(again);
            assertThat(next).isNotEqualTo(again);
        }
    }

    @Test
    void evaluationCoversThePartAndReportsPerplexity() {
        TextTask task = new TextTask(TEXT, 8);
        Tokens validation = TEXT.validation();

        assertThat(task.size(Task.Split.VALIDATION)).isEqualTo((validation.size() - 1) / 8);
        assertThat(task.size(Task.Split.TEST)).isZero();
        assertThat(task.summarise(Map.of("loss", Math.log(7)))).containsKey("perplexity");
        assertThat(task.summarise(Map.of("loss", Math.log(7))).get("perplexity"))
                .isBetween(6.999, 7.001);
    }
}
