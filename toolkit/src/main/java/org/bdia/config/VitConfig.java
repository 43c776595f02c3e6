package org.bdia.config;

/**
 * A vision transformer over square RGB images.
 *
 * @param image the side of the images in pixels, a multiple of patch
 * @param patch the side of a patch in pixels
 * @param classes the number of classes
 * @param width D, of a model a multiple of heads
 * @param depth K, the number of blocks
 * @param heads attention heads
 * @param mlp the hidden width of the MLP
 * @param dropout the rate on the embedding and inside the branches, 0 ≤ dropout &lt; 1
 * @param pooling class token or mean
 * @param shiftedPatches whether patches see four diagonally shifted copies of the image (arXiv 2112.13492)
 * @param localityAttention whether a token is hidden from itself and the temperature of its attention learned (arXiv 2112.13492)
 * @param activation the MLP's activation
 * @param dropPath the rate at which samples skip the last branch in training, growing with depth (arXiv 1603.09382)
 */
public record VitConfig(
        int image,
        int patch,
        int classes,
        int width,
        int depth,
        int heads,
        int mlp,
        double dropout,
        Pooling pooling,
        boolean shiftedPatches,
        boolean localityAttention,
        ActivationConfig activation,
        double dropPath)
        implements ModelConfig {

    /** Pooling of the tokens into one vector for the head. */
    public enum Pooling {
        /** A learned token stands first, and its state is read. */
        CLASS_TOKEN,

        /** The mean over the tokens. */
        MEAN
    }

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a size is not positive, a size is not divisible by another, or the dropout is
     *     out of range
     */
    public VitConfig {
        Ranges.positive("image", image);
        Ranges.positive("patch", patch);
        Ranges.positive("width", width);
        Ranges.positive("depth", depth);
        Ranges.positive("heads", heads);
        Ranges.positive("mlp", mlp);
        Ranges.multiple("image", image, "patch", patch);
        if (classes < 2) {
            throw new IllegalArgumentException(
                    "a model needs at least 2 classes, but classes is " + classes);
        }
        Ranges.dropout(dropout);
        Ranges.rate("dropPath", dropPath);
    }

    /** A few seconds of training: width 32, depth 4, 2 heads, MLP 64, mean pooling. */
    public static VitConfig smoke() {
        return laptop().withWidth(32).withDepth(4).withHeads(2);
    }

    /** Minutes on two cores: width 64, depth 6, 4 heads, MLP 128, mean pooling. */
    public static VitConfig laptop() {
        return new VitConfig(
                32, 4, 10, 64, 6, 4, 128, 0, Pooling.MEAN, false, false, ActivationConfig.GELU, 0);
    }

    /**
     * The paper's: width 512, depth 6, 8 heads, MLP 512, class token, dropout 0.1, shifted patches,
     * locality attention; 9.6 M parameters.
     */
    public static VitConfig paper() {
        return laptop().withWidth(512)
                .withHeads(8)
                .withMlp(512)
                .withDropout(0.1)
                .withPooling(Pooling.CLASS_TOKEN)
                .withShiftedPatches(true)
                .withLocalityAttention(true);
    }

    /** The number T of tokens in a state. */
    public int tokens() {
        int patches = (image / patch) * (image / patch);
        return pooling == Pooling.CLASS_TOKEN ? patches + 1 : patches;
    }

    /** Returns a copy for images of another side, in pixels. */
    public VitConfig withImage(int value) {
        return Records.with(this, "image", value);
    }

    /** Returns a copy with another patch size. */
    public VitConfig withPatch(int value) {
        return Records.with(this, "patch", value);
    }

    /** Returns a copy with another number of classes. */
    public VitConfig withClasses(int value) {
        return Records.with(this, "classes", value);
    }

    /**
     * Returns a copy of another width, whose MLP keeps its ratio to the width, at least 1; to choose the MLP's width as well, call
     * {@link #withMlp} afterwards.
     */
    public VitConfig withWidth(int value) {
        int follows = (int) Math.max(1, Math.min(Integer.MAX_VALUE, (long) mlp * value / width));
        return Records.with(Records.with(this, "mlp", follows), "width", value);
    }

    /** Returns a copy with another depth. */
    public VitConfig withDepth(int value) {
        return Records.with(this, "depth", value);
    }

    /** Returns a copy with another number of heads. */
    public VitConfig withHeads(int value) {
        return Records.with(this, "heads", value);
    }

    /** Returns a copy with another MLP width. */
    public VitConfig withMlp(int value) {
        return Records.with(this, "mlp", value);
    }

    @Override
    public VitConfig withDropout(double value) {
        return Records.with(this, "dropout", value);
    }

    /** Returns a copy with another pooling. */
    public VitConfig withPooling(Pooling value) {
        return Records.with(this, "pooling", value);
    }

    /** Returns a copy with shifted-patch tokens on or off. */
    public VitConfig withShiftedPatches(boolean value) {
        return Records.with(this, "shiftedPatches", value);
    }

    /** Returns a copy with locality self-attention on or off. */
    public VitConfig withLocalityAttention(boolean value) {
        return Records.with(this, "localityAttention", value);
    }

    @Override
    public VitConfig withActivation(ActivationConfig value) {
        return Records.with(this, "activation", value);
    }

    @Override
    public VitConfig withDropPath(double value) {
        return Records.with(this, "dropPath", value);
    }
}
