package org.bdia.train;

import static org.bdia.train.SmallModels.VIT;
import static org.bdia.train.SmallModels.vit;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bdia.BadInput;
import org.bdia.BadInput.Step;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checkpoints that are damaged file by file, of another model, configuration or version. */
class BadCheckpointsTest {

    private static final String NONE_WHOLE =
            "none of the 1 checkpoints in ROOT is whole; the oldest: ROOT/checkpoint-2";
    private static final String ANEW = "; delete them to start over";
    private static final String NO_STATE =
            NONE_WHOLE + "/state.json is damaged: it holds no checkpoint's state" + ANEW;

    private static final String UNFIT =
            NONE_WHOLE + "/state.json is damaged: its values do not fit its SHA-256" + ANEW;

    static Stream<BadInput> checkpoints() {
        Step go = root -> train(VIT, root, "abc");
        Step load = vit(VIT, (model, manager, root) -> Checkpoint.loadWeights(root, "abc", model));
        return Stream.of(
                BadInput.of(
                        "no checkpoint",
                        load,
                        "ROOT: expected a checkpoint, found none; train the run first, or, if it was restored from an"
                                + " archive, which has no weights, remove the folder and train it again without"
                                + " the archive"),
                new BadInput(
                        "other configuration",
                        checkpointBut(folder -> {}),
                        root -> train(VIT, root, "fed"),
                        "ROOT/checkpoint-2 belongs to configuration abc, but this run's is fed; delete the"
                                + " folder, or use another for this run"),
                changed(
                        "other version",
                        "state.json",
                        "\"version\":2",
                        "\"version\":3",
                        go,
                        "ROOT/checkpoint-2 has format 3, but this toolkit reads format 2; go on with the"
                                + " toolkit that wrote it, or delete the folder"),
                changed("state, no JSON", "state.json", "{", "", go, NO_STATE),
                changed("state, unknown key", "state.json", "\"step\"", "\"steps\"", go, NO_STATE),
                changed("state, null", "state.json", "\"step\":2", "\"step\":null", go, NO_STATE),
                changed("state, text", "state.json", "\"step\":2", "\"step\":\"2\"", go, NO_STATE),
                changed(
                        "state, decimals",
                        "state.json",
                        "\"step\":2",
                        "\"step\":2.5",
                        go,
                        NO_STATE),
                changed(
                        "state, twice",
                        "state.json",
                        "\"step\":2",
                        "\"step\":2,\"step\":2",
                        go,
                        NO_STATE),
                changed("state, more behind it", "state.json", "}", "}{}", go, NO_STATE),
                changed("state, other step", "state.json", "\"step\":2", "\"step\":3", go, UNFIT),
                changed(
                        "state, other loss",
                        "state.json",
                        "\"lossSum\":0",
                        "\"lossSum\":1",
                        go,
                        UNFIT),
                changed(
                        "state, older version",
                        "state.json",
                        "\"version\":2",
                        "\"version\":1",
                        go,
                        "ROOT/checkpoint-2 has format 1, but this toolkit reads format 2; go on with the"
                                + " toolkit that wrote it, or delete the folder"),
                new BadInput(
                        "folder of another step",
                        root -> {
                            train(VIT, root, "abc");
                            Files.move(root.resolve("checkpoint-2"), root.resolve("checkpoint-3"));
                        },
                        go,
                        NONE_WHOLE.replace("-2", "-3")
                                + " is damaged: its state.json is of step 2"
                                + ANEW),
                changed(
                        "weights changed",
                        "weights.safetensors",
                        "F32",
                        "F64",
                        go,
                        NONE_WHOLE
                                + "/weights.safetensors is damaged: its SHA-256 is HASH, expected HASH"
                                + ANEW),
                changed(
                        "optimiser changed",
                        "optimizer.safetensors",
                        "F32",
                        "F64",
                        go,
                        NONE_WHOLE
                                + "/optimizer.safetensors is damaged: its SHA-256 is HASH, expected HASH"
                                + ANEW),
                missing("state.json", go),
                missing("weights.safetensors", go),
                new BadInput(
                        "weights missing, to be used",
                        checkpointBut(
                                folder -> Files.delete(folder.resolve("weights.safetensors"))),
                        load,
                        "ROOT/checkpoint-2/weights.safetensors is missing; no other checkpoint has the"
                                + " weights of the last epoch: remove the run's folder and train it"
                                + " again"),
                missing("optimizer.safetensors", go),
                new BadInput(
                        "another model",
                        checkpointBut(folder -> {}),
                        root -> train(VIT.withWidth(8), root, "abc"),
                        "ROOT/checkpoint-2/weights.safetensors holds the tensor 01embedding_position as"
                                + " float32(1, 64, 4), but the model's is float32(1, 64, 8); it was saved"
                                + " from another model: load it into one of the same configuration"));
    }

    @ParameterizedTest
    @MethodSource("checkpoints")
    void badCheckpointsAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static BadInput missing(String file, Step use) {
        return new BadInput(
                file + " missing",
                checkpointBut(folder -> Files.delete(folder.resolve(file))),
                use,
                NONE_WHOLE + "/" + file + " is missing" + ANEW);
    }

    private static BadInput changed(
            String name, String file, String from, String to, Step use, String message) {
        Step change =
                folder -> {
                    // Every byte is a character of this set, and stays one.
                    var bytes = StandardCharsets.ISO_8859_1;
                    String text = Files.readString(folder.resolve(file), bytes);
                    if (!text.contains(from)) {
                        throw new IllegalStateException(file + " has no " + from);
                    }
                    Files.writeString(folder.resolve(file), text.replace(from, to), bytes);
                };
        return new BadInput(name, checkpointBut(change), use, message);
    }

    /** A run's checkpoint of step 2, then something done to its folder. */
    private static Step checkpointBut(Step change) {
        return root -> {
            train(VIT, root, "abc");
            change.in(root.resolve("checkpoint-2"));
        };
    }

    private static void train(VitConfig config, Path root, String hash) throws Exception {
        var task = new ImageTask(SyntheticImages.split(10, 4, 2, 1, 3), Augmentation.none());
        Step training =
                vit(
                        config,
                        (model, manager, folder) ->
                                new Trainer(model, task, TrainConfig.of(1, 2, 1e-3), 1)
                                        .withCheckpoints(folder, hash)
                                        .train(manager));
        training.in(root);
    }
}
