package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import org.bdia.config.RunConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.DataFolder;
import org.bdia.data.ImageFolder;
import org.bdia.data.ImageSplit;
import org.bdia.report.ImageGrid;
import org.bdia.run.RunStore;
import org.bdia.train.Batch;
import org.bdia.train.Task;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class DataTablesTest {

    @TempDir private Path root;
    private OwnFiles files;

    @BeforeEach
    void place() {
        files = new OwnFiles(root);
    }

    /** Also where it stands in a batch of the trainer's, after crop and flip. */
    @Test
    void imagesAreShownAsTrainingSeesThem() {
        TrainingExperiment<?, ?> images = files.ofImages();
        RunConfig config = images.configs().get(0);
        ImageGrid first = images.trainingImages(0);
        assertThat(first.title()).isEqualTo("images, 25 images · seed 1, epoch 0");
        assertThat(first.images()).hasSize(25);
        ImageSplit split =
                ImageFolder.load(root.resolve("images"), OwnFiles.SIDE, OwnFiles.PARTS, 0);
        Augmentation normalisation = Augmentation.of(split.train(), true).deterministic();
        Task task = Workload.of(config, DataFolder.at(root), RunStore.at(root)).task();
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int index = 0; index < 3; index++) {
                Batch batch = task.training(manager, 1, 0, index, 8);
                float[] expected = batch.inputs().get(0).toFloatArray();
                int size = expected.length / 8;
                for (int j = 0; j < expected.length; j++) {
                    int c = j % size / (OwnFiles.SIDE * OwnFiles.SIDE);
                    byte[] shown = first.images().get(index * 8 + j / size).pixels();
                    double level = (shown[j % size] & 255) / 255.0 - normalisation.mean().get(c);
                    assertThat(level / normalisation.std().get(c))
                            .isCloseTo(expected[j], within(1e-4));
                }
            }
        }
        assertThat(images.trainingImages(0).png()).isEqualTo(first.png());
        assertThat(images.trainingImages(1).png()).isNotEqualTo(first.png());
        assertThatThrownBy(() -> images.trainingImages(-1))
                .hasMessage("epoch must be 0 or more, but is -1");
        assertThatThrownBy(images::examples).hasMessageContaining("show trainingImages(0) instead");

        Table sizes = images.sizes();
        assertThat(sizes.stringColumn("class").asList()).containsExactly("cat", "dog", "owl");
        assertThat(sizes.intColumn("training").sum()).isEqualTo(25);
        assertThat(sizes.intColumn("test").sum()).isEqualTo(4);
    }

    @Test
    void textsAreCountedAndShown() {
        TrainingExperiment<?, ?> pairs = files.experiment("pairs");
        Table lengths = pairs.sizes();
        assertThat(lengths.columnNames())
                .containsExactly(
                        "part", "of", "samples", "tokens", "shortest", "median", "mean", "longest");
        assertThat(lengths.stringColumn("of").asList())
                .containsExactly("source", "target", "source", "target", "source", "target");
        assertThat(lengths.intColumn("samples").asList().subList(2, 6)).containsOnly(4);
        assertThat(lengths.intColumn("shortest").min()).isPositive();
        assertThat(pairs.examples().stringColumn("target").asList())
                .allMatch(sentence -> sentence.startsWith("Je vois "));
        assertThatThrownBy(() -> pairs.trainingImages(0)).hasMessageContaining("show examples()");

        Table windows = files.experiment("text").sizes();
        assertThat(windows.intColumn("longest").asList()).containsOnly(16);
        assertThat(windows.longColumn("tokens").get(0))
                .isEqualTo(16L * windows.intColumn("samples").get(0));
        assertThat(files.experiment("text").examples().stringColumn("text").get(0))
                .startsWith("We saw ao0, and ao0 saw us.\nWe saw bo1");

        Table entries = files.experiment("completions").examples();
        assertThat(entries.columnNames()).containsExactly("part", "prompt", "completion");
        assertThat(entries.stringColumn("part").asList()).contains("training", "test");
        assertThat(entries.stringColumn("completion").get(0)).startsWith("It is ");
        // Lengths are what helps where a sample is longer than the model's context.
        assertThat(
                        Experiment.completions(root.resolve("own.csv"))
                                .model(m -> m.withContext(2))
                                .sizes()
                                .intColumn("longest")
                                .max())
                .isGreaterThan(2);
    }
}
