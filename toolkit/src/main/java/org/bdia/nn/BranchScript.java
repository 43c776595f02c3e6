package org.bdia.nn;

import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.config.Activation;
import org.bdia.config.Precision;
import org.bdia.torch.TorchScript;

/**
 * Writes a {@link TransformerBlock}'s branch as one TorchScript function, with libtorch's fused attention where it is the
 * faster kernel.
 *
 * <p>Its arguments: x (B, T, D), the block's parameters in its own order, the mask if there is one. In the function q, k, v
 * are (B, H, T, E). An inverted activation cuts it into three, see {@link SplitBranch}.
 */
final class BranchScript {

    /** The shape of a branch: its sizes, what a token may see, and the MLP's activation. */
    record Options(
            int width, int heads, int mlp, Attention.Pattern pattern, Activation activation) {}

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

        /** The same kernels without random choices. */
        Dropping withoutChance() {
            return new Dropping(masks, 0);
        }
    }

    /** What one function computes. */
    enum Part {
        /** x → f + g, with an activation that autograd differentiates. */
        WHOLE,

        /** x → f. */
        ATTENTION,

        /** x → g, with an activation that autograd differentiates. */
        MLP,

        /** a = x + f → W₁ LN a + b₁, the activation's argument. */
        HIDDEN,

        /** y, f → f + g, y the activation's value with dropout. */
        PROJECTION;

        private static final int NORM_AND_LINEAR = 4;
        private static final int LINEAR = 2;

        /** Those of the whole block's parameters that the function takes. */
        List<Parameter> of(List<Parameter> all) {
            int hidden = all.size() - NORM_AND_LINEAR - LINEAR;
            int projection = all.size() - LINEAR;
            return switch (this) {
                case WHOLE -> all;
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

    /** Up to so many tokens two products in bfloat16 beat fused attention, which is fast in float32 alone on the CPU. */
    static final int SHORT = 128;

    private final Options options;
    private final boolean half;
    private final boolean masked;
    private final Dropping dropping;
    private final List<String> lines = new ArrayList<>();

    private BranchScript(Options options, Precision precision, boolean masked, Dropping dropping) {
        this.options = options;
        this.half = precision == Precision.BFLOAT16_BRANCH;
        this.masked = masked;
        this.dropping = dropping;
    }

    /**
     * The function of a branch, or of a part of it.
     *
     * @param masked whether the last argument is a mask that is added to the scores
     */
    static TorchScript of(
            Part part, Options options, Precision precision, boolean masked, Dropping dropping) {
        Text text = text(part, options, precision, masked, dropping);
        return new TorchScript(text.parameters(), text.body());
    }

    /**
     * The text of a function.
     *
     * @param parameters the arguments' names, separated by commas
     * @param body its statements, a line each
     */
    record Text(String parameters, String body) {}

    /** The text of {@link #of}. */
    static Text text(
            Part part, Options options, Precision precision, boolean masked, Dropping dropping) {
        var script = new BranchScript(options, precision, masked, dropping);
        String temperature = options.pattern() == Attention.Pattern.LOCALITY ? "temperature, " : "";
        String mixing = "norm1, shift1, " + temperature + "qkv, qkv_bias, out, out_bias";
        String hiding = "norm2, shift2, fc1, fc1_bias";
        String projecting = "fc2, fc2_bias";
        String mask = masked ? ", mask" : "";
        String parameters =
                switch (part) {
                    case WHOLE -> {
                        script.attention();
                        script.line("a = torch.add(x, f)");
                        script.activate(script.hidden());
                        script.projection();
                        yield "x, " + mixing + ", " + hiding + ", " + projecting + mask;
                    }
                    case ATTENTION -> {
                        script.attention();
                        script.line("return f");
                        yield "x, " + mixing + mask;
                    }
                    case MLP -> {
                        script.sizes("a");
                        script.activate(script.hidden());
                        script.line("return %s", script.projected());
                        yield "a, " + hiding + ", " + projecting;
                    }
                    case HIDDEN -> {
                        script.sizes("a");
                        script.line("return torch.contiguous(%s)", script.hidden());
                        yield "a, " + hiding;
                    }
                    case PROJECTION -> {
                        script.sizes("y");
                        script.projection();
                        yield "y, f, " + projecting;
                    }
                };
        return new Text(parameters, String.join("\n", script.lines));
    }

    private void sizes(String array) {
        line("batch = torch.size(%s, 0)", array);
        line("tokens = torch.size(%s, 1)", array);
    }

    /** f = attention(LN x). */
    private void attention() {
        int heads = options.heads();
        sizes("x");
        line("normed = %s", norm("x", 1));
        line("joined = %s", linear("normed", "qkv"));
        line("split = torch.reshape(joined, [batch, tokens, 3, %d, -1])", heads);
        line("heads = torch.permute(split, [2, 0, 3, 1, 4])");
        line("q = torch.select(heads, 0, 0)");
        line("k = torch.select(heads, 0, 1)");
        line("v = torch.select(heads, 0, 2)");
        // Under a mask fused attention gives wrong gradients to tokens that see nothing, and other
        // bits when
        // gradients are recorded.
        if (dropping.masks() || masked) {
            weighted("");
        } else if (half) {
            line("if torch.le(tokens, %d):", SHORT);
            weighted("  ");
            line("else:");
            line("  q = torch.to(q, %d)", FLOAT32);
            line("  k = torch.to(k, %d)", FLOAT32);
            line("  v = torch.to(v, %d)", FLOAT32);
            fused("  ");
        } else {
            fused("");
        }
        line("together = torch.reshape(torch.permute(mixed, [0, 2, 1, 3]), [batch, tokens, -1])");
        line("f = %s", single(dropped(linear("together", "out"))));
    }

    /** The name of W₁ LN a + b₁. */
    private String hidden() {
        line("inner = %s", norm("a", 2));
        return linear("inner", "fc1");
    }

    /** y, with dropout. */
    private void activate(String hidden) {
        line("y = %s", activation(hidden));
        line("y = %s", dropped("y"));
    }

    private String activation(String x) {
        return switch (options.activation().function()) {
            case GELU -> "torch.gelu(" + x + ", approximate=\"none\")";
            case GELU_TANH -> "torch.gelu(" + x + ", approximate=\"tanh\")";
            case SILU -> "torch.silu(" + x + ")";
            case RELU -> "torch.relu(" + x + ")"; // its graph keeps y; so does the next one's
            case LEAKY_RELU ->
                    "torch.leaky_relu_(torch.clone(" + x + "), " + Activation.SLOPE + ")";
        };
    }

    /** The branch f + g. */
    private void projection() {
        line("return torch.add(f, %s)", projected());
    }

    /** The name of g = W₂ y + b₂. */
    private String projected() {
        line("g = %s", single(dropped(linear("y", "fc2"))));
        return "g";
    }

    /** mixed = softmax(scores) v by two products, with dropout on the weights. */
    private void weighted(String indent) {
        scaledQuery(indent);
        line(indent + "scores = torch.matmul(q, torch.transpose(k, 2, 3))");
        for (String hidden : hidden(options.pattern() == Attention.Pattern.CAUSAL)) {
            line(indent + "scores = torch.add(scores, torch.to(%s, %d))", hidden, type());
        }
        line(indent + "weights = %s", dropped("torch.softmax(scores, -1)"));
        line(indent + "mixed = torch.matmul(weights, v)");
    }

    /** mixed = softmax(scores) v by the fused kernel, whose memory does not grow with T². */
    private void fused(String indent) {
        boolean causal = options.pattern() == Attention.Pattern.CAUSAL;
        scaledQuery(indent);
        String mask = hidden(false).stream().findFirst().orElse("None");
        line(
                indent
                        + "mixed = torch.scaled_dot_product_attention(q, k, v, %s, 0., %s, scale=1.)",
                mask,
                causal ? "True" : "False");
    }

    /** q / √E, or q times the learned temperature. */
    private void scaledQuery(String indent) {
        if (options.pattern() == Attention.Pattern.LOCALITY) {
            line(indent + "q = torch.mul(q, torch.to(torch.exp(temperature), %d))", type());
        } else {
            double scale = 1 / Math.sqrt((double) options.width() / options.heads());
            line(indent + "q = torch.mul(q, %s)", scale);
        }
    }

    /** What is added to the scores. */
    private List<String> hidden(boolean causal) {
        List<String> terms = new ArrayList<>();
        String first = "torch.select(torch.select(torch.select(q, 0, 0), 0, 0), 1, 0)"; // (T)
        String row = "torch.full_like(" + first + ", -1.0e9)";
        if (causal) {
            terms.add("torch.triu(torch.expand(" + row + ", [tokens, tokens]), 1)");
        }
        if (options.pattern() == Attention.Pattern.LOCALITY) {
            terms.add("torch.diag(" + row + ")");
        }
        if (masked) {
            terms.add("mask");
        }
        return terms;
    }

    private String norm(String x, int index) {
        return String.format(
                Locale.ROOT,
                "torch.layer_norm(%s, [%d], norm%d, shift%d, 1.0e-5)",
                x,
                options.width(),
                index,
                index);
    }

    /** Adds the lines that compute x Wᵀ + b, and returns the result's name. */
    private String linear(String x, String weight) {
        String y = weight + "_output";
        if (half) {
            line(
                    "%s = torch.linear(torch.to(%s, %d), torch.to(%s, %d), torch.to(%s_bias, %d))",
                    y, x, BFLOAT16, weight, BFLOAT16, weight, BFLOAT16);
        } else {
            line("%s = torch.linear(%s, %s, %s_bias)", y, x, weight, weight);
        }
        return y;
    }

    private String dropped(String x) {
        return dropping.masks()
                ? String.format(Locale.ROOT, "torch.dropout(%s, %s, True)", x, dropping.rate())
                : x;
    }

    private String single(String x) {
        return half ? String.format(Locale.ROOT, "torch.to(%s, %d)", x, FLOAT32) : x;
    }

    private int type() {
        return half ? BFLOAT16 : FLOAT32;
    }

    private void line(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }
}
