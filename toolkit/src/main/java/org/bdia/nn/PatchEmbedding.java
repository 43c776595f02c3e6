package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import java.util.Locale;
import org.bdia.config.VitConfig;
import org.bdia.config.VitConfig.Pooling;
import org.bdia.torch.Scoped;

/**
 * Images to tokens: patches, a linear map, an optional class token, learned positions, dropout. (B, 3, S, S) →
 * (B, T, D).
 *
 * <p>With shifted patches the image is stacked with four copies of itself, moved diagonally by half a patch, and
 * the patches are normalised before the linear map (arXiv 2112.13492).
 */
final class PatchEmbedding extends SequenceBlock {

    private static final int CHANNELS = 3;

    private final VitConfig config;
    private final LayerNorm norm;
    private final Linear project;
    private final Parameter position;
    private final Parameter classToken;

    /** The embedding of a configuration. */
    PatchEmbedding(VitConfig config) {
        this.config = config;
        norm =
                config.shiftedPatches()
                        ? addChildBlock("norm", LayerNorm.builder().axis(2).build())
                        : null;
        project = addChildBlock("project", Linear.builder().setUnits(config.width()).build());
        position = embedding("position", new Shape(1, config.tokens(), config.width()));
        classToken =
                config.pooling() == Pooling.CLASS_TOKEN
                        ? embedding("class_token", new Shape(1, 1, config.width()))
                        : null;
    }

    private Parameter embedding(String name, Shape shape) {
        return addParameter(name, shape, new NormalInitializer(0.02f));
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        NDArray images = inputs.singletonOrThrow();
        requireImages(images.getShape());
        NDArray x = Scoped.result(() -> embed(store, images, training));
        // With a class token the first operand, whose manager results belong to, is a parameter.
        x.attach(images.getManager());
        return x;
    }

    private NDArray embed(ParameterStore store, NDArray images, boolean training) {
        NDArray patches = patches(config.shiftedPatches() ? shifted(images) : images);
        if (norm != null) {
            patches = run(norm, store, patches, training);
        }
        NDArray tokens = run(project, store, patches, training);
        if (classToken != null) {
            Shape each = new Shape(images.getShape().get(0), 1, config.width());
            NDArray token = store.getValue(classToken, images.getDevice(), training);
            tokens = token.broadcast(each).concat(tokens, 1);
        }
        NDArray x = tokens.add(store.getValue(position, images.getDevice(), training));
        return DropoutMask.apply(x, (float) config.dropout(), training);
    }

    /** (B, C, S, S) → (B, S/P · S/P, C·P·P). */
    private NDArray patches(NDArray images) {
        long batch = images.getShape().get(0);
        long channels = images.getShape().get(1);
        int patch = config.patch();
        int side = config.image() / patch;
        return images.reshape(batch, channels, side, patch, side, patch)
                .transpose(0, 2, 4, 1, 3, 5)
                .reshape(batch, (long) side * side, channels * patch * patch);
    }

    /** (B, C, S, S) → (B, 5C, S, S): the image and its four diagonal shifts, zeros moving in. */
    private NDArray shifted(NDArray images) {
        int half = config.patch() / 2;
        int side = config.image();
        NDArray padded =
                images.pad(
                        new Shape(half, half, half, half), 0); // last axis first, as PyTorch counts
        NDList copies = new NDList(images);
        for (int down : new int[] {0, 2 * half}) {
            for (int right : new int[] {0, 2 * half}) {
                copies.add(
                        padded.get(":, :, {}:{}, {}:{}", down, down + side, right, right + side));
            }
        }
        return NDArrays.concat(copies, 1);
    }

    private void requireImages(Shape shape) {
        if (shape.dimension() != 4
                || shape.get(1) != CHANNELS
                || shape.get(2) != config.image()
                || shape.get(3) != config.image()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the model takes images (B, %d, %d, %d), but got %s; resize them, or make the model"
                                    + " for their size",
                            CHANNELS,
                            config.image(),
                            config.image(),
                            shape));
        }
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        int side = config.image() / config.patch();
        int stacked = config.shiftedPatches() ? 5 * CHANNELS : CHANNELS;
        Shape patches =
                new Shape(1, (long) side * side, (long) stacked * config.patch() * config.patch());
        if (norm != null) {
            norm.initialize(manager, type, patches);
        }
        project.initialize(manager, type, patches);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), config.tokens(), config.width())};
    }
}
