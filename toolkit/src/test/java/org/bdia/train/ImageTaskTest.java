package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.bdia.TensorTest;
import org.bdia.data.Augmentation;
import org.bdia.data.ImageSplit;
import org.bdia.data.SyntheticImages;
import org.junit.jupiter.api.Test;

class ImageTaskTest extends TensorTest {

    private final ImageSplit images = SyntheticImages.split(10, 11, 5, 1, 3);
    private final ImageTask task = new ImageTask(images, Augmentation.paper());

    @Test
    void anEpochVisitsEachImageAtMostOnceInWholeBatches() {
        assertThat(task.stepsPerEpoch(4)).isEqualTo(2);
        assertThat(LongStream.concat(Arrays.stream(ids(1, 0, 0)), Arrays.stream(ids(1, 0, 1))))
                .hasSize(8)
                .doesNotHaveDuplicates();
    }

    @Test
    void aBatchIsAFunctionOfItsPlaceWhateverWasAskedBefore() {
        long[] first = ids(1, 0, 1);
        assertThat(ids(1, 1, 1)).isNotEqualTo(first);
        assertThat(ids(2, 1, 1)).isNotEqualTo(ids(1, 1, 1));
        assertThat(ids(1, 0, 1)).isEqualTo(first);
        ImageTask fresh = new ImageTask(images, Augmentation.paper());
        try (Batch batch = fresh.training(manager, 1, 0, 1, 4)) {
            assertThat(batch.sampleIds()).isEqualTo(first);
        }
    }

    private long[] ids(long seed, int epoch, int index) {
        try (Batch batch = task.training(manager, seed, epoch, index, 4)) {
            return batch.sampleIds();
        }
    }
}
