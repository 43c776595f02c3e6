package org.bdia.nn;

import java.util.List;
import java.util.regex.Pattern;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Precision;
import org.bdia.torch.ScriptText;
import org.bdia.torch.TorchScript;

/**
 * Makes TorchScript functions of a {@link TransformerBlock}'s branch and of its parts: variants of the resource {@code
 * branch.torchscript}, with libtorch's fused attention where it is the faster kernel.
 *
 * <p>Arguments: x (B, T, D), the block's parameters in its own order, the mask if there is one. An inverted activation cuts
 * the branch into three, see {@link org.bdia.activation.SplitBranch}.
 */
final class BranchScript {

    /** The shape of a branch: its sizes, what a token may see, and the MLP's activation. */
    record Options(
            int width,
            int heads,
            int mlp,
            Attention.Pattern pattern,
            ActivationConfig activation) {}

    /**
     * Dropout in a function.
     *
     * @param masks whether masks are drawn, which rules out libtorch's fused attention
     * @param rate the rate; with masks it may be 0, which computes by the same kernels and drops nothing
     */
    record Dropping(boolean masks, float rate) {

        /** No dropout, as in evaluation. */
        static final Dropping NONE = new Dropping(false, 0);

        /** Dropout of a rate, none where that is 0. */
        static Dropping of(float rate) {
            return rate == 0 ? NONE : new Dropping(true, rate);
        }

        /** Returns the same kernels without random choices. */
        Dropping withoutChance() {
            return new Dropping(masks, 0);
        }
    }

    /** The part of a branch that one function computes. */
    enum Part {
        /** x → f + g, with an activation that autograd differentiates. */
        WHOLE,

        /** x → f. */
        ATTENTION,

        /** x, memory → c, a decoder block's attention to its memory after a LayerNorm. */
        CROSS,

        /** x → g, with an activation that autograd differentiates. */
        MLP,

        /** a = x + f → W₁ LN a + b₁, the activation's argument. */
        HIDDEN,

        /** y, f → f + g, y the activation's value with dropout. */
        PROJECTION;

        private static final int NORM_AND_LINEAR = 4;
        private static final int LINEAR = 2;

        /** Returns whether the function has attention, and so takes a mask. */
        boolean attends() {
            return this == WHOLE || this == ATTENTION || this == CROSS;
        }

        /**
         * Returns those of the block's parameters, or of their names, that the function takes; of {@link #CROSS}, which is no part
         * of that block, all of its own.
         */
        <T> List<T> of(List<T> all) {
            int hidden = all.size() - NORM_AND_LINEAR - LINEAR;
            int projection = all.size() - LINEAR;
            return switch (this) {
                case WHOLE, CROSS -> all;
                case ATTENTION -> all.subList(0, hidden);
                case MLP -> all.subList(hidden, all.size());
                case HIDDEN -> all.subList(hidden, projection);
                case PROJECTION -> all.subList(projection, all.size());
            };
        }
    }

    /** Types of arrays as TorchScript numbers them. */
    private static final int FLOAT32 = 6;

    private static final int BFLOAT16 = 15;

    /** The block's parameters in its own order. */
    private static final String PARAMETERS =
            "ln1_gamma, ln1_beta, temperature, qkv_weight, qkv_bias, out_weight, out_bias, "
                    + "ln2_gamma, ln2_beta, fc1_weight, fc1_bias, fc2_weight, fc2_bias";

    private static final String CROSS_PARAMETERS =
            "ln_gamma, ln_beta, query_weight, query_bias, kv_weight, kv_bias, out_weight, out_bias";

    private BranchScript() {}

    /**
     * Returns the function of a branch, or of a part of it.
     *
     * @param masked whether the last argument is a mask that is added to the scores
     */
    static TorchScript of(
            Part part, Options options, Precision precision, boolean masked, Dropping dropping) {
        return new TorchScript(
                parameters(part, options.pattern(), masked),
                body(part, options, precision, masked, dropping));
    }

    /** Returns the names of a function's arguments, separated by commas. */
    static String parameters(Part part, Attention.Pattern pattern, boolean masked) {
        String inputs =
                switch (part) {
                    case WHOLE, ATTENTION -> "x";
                    case CROSS -> "x, memory";
                    case MLP, HIDDEN -> "a";
                    case PROJECTION -> "y, f";
                };
        boolean temperature = pattern == Attention.Pattern.LOCALITY;
        List<String> names =
                Pattern.compile(", ")
                        .splitAsStream(part == Part.CROSS ? CROSS_PARAMETERS : PARAMETERS)
                        .filter(name -> temperature || !name.equals("temperature"))
                        .toList();
        String mask = masked && part.attends() ? ", mask" : "";
        return inputs + ", " + String.join(", ", part.of(names)) + mask;
    }

    /** Returns a function's statements. */
    static String body(
            Part part, Options options, Precision precision, boolean masked, Dropping dropping) {
        boolean half = precision == Precision.BFLOAT16_BRANCH;
        String dropped = "$1 = torch.dropout($1, " + dropping.rate() + ", True)";
        return text("branch.torchscript", part, options, precision, masked, dropping)
                .with("BY_HAND", false)
                .with("KEEPING", false)
                .with("SAVED", "")
                .withCall(
                        "LINEAR",
                        half
                                ? "torch.linear(HALF($1), HALF($2_weight), HALF($2_bias))"
                                : "torch.linear($1, $2_weight, $2_bias)")
                .withCall("HALF", "torch.to($1, " + BFLOAT16 + ")")
                .withCall("DROP", dropping.masks() ? dropped : "pass")
                .toString();
    }

    /** Returns a resource with all words replaced that do not depend on how products are computed. */
    static ScriptText text(
            String resource,
            Part part,
            Options options,
            Precision precision,
            boolean masked,
            Dropping dropping) {
        boolean half = precision == Precision.BFLOAT16_BRANCH;
        boolean locality = options.pattern() == Attention.Pattern.LOCALITY;
        double scale = 1 / Math.sqrt((double) options.width() / options.heads());
        // The fused kernel is not used with dropout, and under a mask it gives wrong gradients to
        // tokens that see nothing, and other bits when gradients are recorded.
        boolean twoProducts = masked || dropping.masks();
        return ScriptText.read(BranchScript.class, resource)
                .withLines(
                        "ACTIVATION", ScriptText.read(BranchScript.class, "activation.torchscript"))
                .with(part)
                .with(options.pattern())
                .with(options.activation().function())
                .with("MASKED", masked)
                .with(
                        "TWO_PRODUCTS",
                        half && !twoProducts
                                ? "torch.le(tokens, " + Attention.SHORT + ")"
                                : twoProducts)
                .with("SEEN", locality ? "torch.diag(torch.new_full(q, [tokens], -1.0e9))" : "None")
                .with("WIDTH", options.width())
                .with("HEADS", options.heads())
                .with("SCALE", locality ? "torch.to(torch.exp(temperature), TYPE)" : scale)
                .with("SLOPE", ActivationConfig.SLOPE)
                .with("TYPE", half ? BFLOAT16 : FLOAT32)
                .withCall("FLOAT", half ? "torch.to($1, " + FLOAT32 + ")" : "$1");
    }
}
