package org.bdia.experiment;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.bdia.config.Method;
import org.bdia.data.Parts;

/**
 * Data of a user's own in a folder, and small experiments on them.
 *
 * @param root where they are written
 */
record OwnFiles(Path root) {

    static final int SIDE = 12;
    static final Parts PARTS = new Parts(Parts.ALL, 4, 4);

    /** Three classes of eleven images, each of another size, none of them square. */
    Path images() {
        List<String> names = List.of("cat", "dog", "owl");
        for (int label = 0; label < names.size(); label++) {
            for (int i = 0; i < 11; i++) {
                image("images/" + names.get(label) + "/" + i + ".png", label, i);
            }
        }
        return root.resolve("images");
    }

    void image(String name, int label, int i) {
        var image = new BufferedImage(9 + 2 * i, 31 - i, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                image.setRGB(x, y, (200 - 7 * i + x + y) << (8 * label));
            }
        }
        Path file = root.resolve(name);
        try {
            Files.createDirectories(file.getParent());
            ImageIO.write(image, "png", file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Path file(String name, String text) {
        try {
            return Files.writeString(root.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String lines(int count, String pattern) {
        return IntStream.range(0, count)
                .mapToObj(i -> pattern.replace("#", "abcdefghij".charAt(i % 10) + "o" + i % 7))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    TrainingExperiment<?, ?> experiment(String kind) {
        return switch (kind) {
            case "images" -> ofImages();
            case "text" ->
                    small(
                            Experiment.text(file("own.txt", lines(90, "We saw #, and # saw us.")))
                                    .model(m -> m.withContext(16).withWidth(8).withMlp(8)));
            case "pairs" ->
                    small(
                            Experiment.pairs(file("own.tsv", lines(60, "I see #.\tJe vois #.")))
                                    .task(t -> t.withParts(PARTS).withVocabulary(40))
                                    .model(m -> m.withWidth(8).withMlp(8).withHeads(2)));
            default ->
                    small(
                            Experiment.completions(
                                            file(
                                                    "own.csv",
                                                    "prompt,completion\n"
                                                            + lines(40, "name #,\"It is #, so.\"")))
                                    .task(t -> t.withParts(PARTS))
                                    .model(m -> m.withContext(32).withWidth(8).withMlp(8)));
        };
    }

    TrainingExperiment<?, ?> ofImages() {
        return small(
                Experiment.images(images(), SIDE)
                        .task(t -> t.withParts(PARTS))
                        .model(m -> m.withWidth(8).withMlp(8).withHeads(2)));
    }

    private static TrainingExperiment<?, ?> small(TrainingExperiment<?, ?> experiment) {
        return experiment
                .train(t -> t.withEpochs(2).withBatch(8))
                .methods(Method.bdia(0.5))
                .onlySeeds(1L)
                .verified();
    }
}
