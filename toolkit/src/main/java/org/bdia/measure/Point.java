package org.bdia.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Precision;
import org.bdia.config.VitConfig;

/**
 * One configuration whose training step is measured.
 *
 * @param engine djl or python
 * @param task vit, gpt, or mlp (branches without attention); a vit of {@value #PAPER_TOKENS} tokens is the paper's (see {@link VitConfig#paper}), of 64 the plain
 *     one with mean pooling
 * @param method standard, bdia (γ = ±½, level 9), revnet or midpoint; the python engine has the first two
 * @param execution how the stack is run
 * @param depth K
 * @param batch B
 * @param tokens T; 64 or {@value #PAPER_TOKENS} for vit
 * @param width D
 * @param heads attention heads
 * @param mlp the hidden width of the MLP
 * @param activation the MLP's; the python engine has only GELU
 */
public record Point(
        String engine,
        String task,
        String method,
        Execution execution,
        int depth,
        int batch,
        int tokens,
        int width,
        int heads,
        int mlp,
        ActivationConfig activation) {

    /** The tokens of the paper's model: 64 patches and a class token. */
    static final int PAPER_TOKENS = 65;

    /** The number of different tokens of a gpt. */
    static final int VOCABULARY = 256;

    private static final int PLAIN_TOKENS = 64;

    /** Checks engine, task, method and tokens. */
    public Point {
        require("engine", engine, "djl", "python");
        require("task", task, "vit", "gpt", "mlp");
        require("method", method, "standard", "bdia", "revnet", "midpoint");
        if (task.equals("vit") && tokens != PLAIN_TOKENS && tokens != PAPER_TOKENS) {
            throw new IllegalArgumentException(
                    "a vit has 64 tokens, or 65 as the paper's, but tokens is "
                            + tokens
                            + "; measure gpt to vary the length");
        }
        if (engine.equals("python")) {
            require("method", method, "standard", "bdia");
            require("activation", activation.word(), ActivationConfig.GELU.word());
        }
    }

    private static void require(String name, String value, String... known) {
        if (!List.of(known).contains(value)) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; expected one of " + String.join(", ", known));
        }
    }

    /** Returns the base size: width 128, 4 heads, MLP 512; 64 samples of 64 tokens, or for gpt 16 of 256. */
    public static Point base(String task, int depth) {
        boolean gpt = task.equals("gpt");
        return new Point(
                "djl",
                task,
                "standard",
                Execution.of(Backprop.STORE),
                depth,
                gpt ? 16 : 64,
                gpt ? 256 : PLAIN_TOKENS,
                128,
                4,
                512,
                ActivationConfig.GELU);
    }

    /** Returns the paper's image model: K = 6, batch 128, 65 tokens, width 512, 8 heads, MLP 512. */
    public static Point paper() {
        return new Point(
                "djl",
                "vit",
                "standard",
                Execution.of(Backprop.STORE),
                6,
                128,
                PAPER_TOKENS,
                512,
                8,
                512,
                ActivationConfig.GELU);
    }

    /** Returns a copy with another method and execution. */
    public Point with(Method other, Execution run) {
        return new Point(
                engine,
                task,
                other.label(),
                run,
                depth,
                batch,
                tokens,
                width,
                heads,
                mlp,
                activation);
    }

    /** Returns a copy with another method, all blocks differentiated in one way on the whole batch, in this precision. */
    public Point with(Method other, Backprop backprop) {
        return with(other, Execution.of(backprop).withPrecision(execution.precision()));
    }

    /** Returns a copy that works on {@link Execution#LEAN_TOKENS} tokens at a time. */
    public Point lean() {
        return withExecution(execution.withChunkTokens(Execution.LEAN_TOKENS));
    }

    /** Returns a copy with another precision. */
    public Point withPrecision(Precision value) {
        return withExecution(execution.withPrecision(value));
    }

    private Point withExecution(Execution run) {
        return new Point(
                engine, task, method, run, depth, batch, tokens, width, heads, mlp, activation);
    }

    /** Returns a copy with another depth. */
    public Point withDepth(int blocks) {
        return withShape(blocks, batch, tokens);
    }

    /** Returns a copy with another batch size. */
    public Point withBatch(int samples) {
        return withShape(depth, samples, tokens);
    }

    /** Returns a copy with another number of tokens. */
    public Point withTokens(int length) {
        return withShape(depth, batch, length);
    }

    private Point withShape(int blocks, int samples, int length) {
        return new Point(
                engine,
                task,
                method,
                execution,
                blocks,
                samples,
                length,
                width,
                heads,
                mlp,
                activation);
    }

    /** Returns a copy with another model size. */
    public Point withSize(int newWidth, int newHeads, int newMlp) {
        return new Point(
                engine,
                task,
                method,
                execution,
                depth,
                batch,
                tokens,
                newWidth,
                newHeads,
                newMlp,
                activation);
    }

    /** Returns a copy with another activation. */
    public Point withActivation(ActivationConfig value) {
        return new Point(
                engine, task, method, execution, depth, batch, tokens, width, heads, mlp, value);
    }

    /** Returns a copy for another engine; only djl has a lean variant, and activations other than GELU. */
    public Point onEngine(String value) {
        return new Point(
                value,
                task,
                method,
                execution.withChunkTokens(0),
                depth,
                batch,
                tokens,
                width,
                heads,
                mlp,
                value.equals("djl") ? activation : ActivationConfig.GELU);
    }

    /** Returns the same point for the other engine; empty where that lacks the variant, the activation or the method. */
    Optional<Point> peer() {
        if (computed().twoStep()) {
            return Optional.empty();
        }
        Point peer = onEngine(engine.equals("djl") ? "python" : "djl");
        return Optional.of(peer).filter(other -> other.onEngine(engine).equals(this));
    }

    /** Returns how blocks are differentiated: store, checkpoint or reversible. */
    public String backprop() {
        return execution.backprop().name().toLowerCase(Locale.ROOT);
    }

    /** Returns fast (a block works on the whole batch), lean (see {@link Execution#lean}), or what else was planned. */
    public String variant() {
        String chunk =
                switch (execution.chunkTokens()) {
                    case 0 -> "fast";
                    case Execution.LEAN_TOKENS -> "lean";
                    default -> execution.chunkTokens() + " tokens";
                };
        String kept = execution.checkpointed() > 0 ? "+" + execution.checkpointed() + "c" : "";
        return chunk + kept + (execution.stored() > 0 ? "+" + execution.stored() + "s" : "");
    }

    /** Returns the precision of the branches: float32 or bfloat16. */
    public String precision() {
        return execution.precision() == Precision.FLOAT32 ? "float32" : "bfloat16";
    }

    /** Returns the method with its parameters. */
    public Method computed() {
        return switch (method) {
            case "bdia" -> Method.bdia(0.5);
            case "revnet" -> Method.revNet();
            case "midpoint" -> Method.midpoint();
            default -> Method.standard();
        };
    }

    /**
     * Returns the model.
     *
     * @throws IllegalStateException if the task is mlp, which has none
     */
    public ModelConfig model() {
        if (task.equals("mlp")) {
            throw new IllegalStateException(
                    "task mlp has branches alone, and no model around them");
        }
        if (task.equals("gpt")) {
            return new GptConfig(VOCABULARY, tokens, width, depth, heads, mlp, 0, activation);
        }
        VitConfig kind = tokens == PAPER_TOKENS ? VitConfig.paper() : VitConfig.laptop();
        return kind.withWidth(width)
                .withHeads(heads)
                .withDepth(depth)
                .withMlp(mlp)
                .withActivation(activation);
    }

    /**
     * Returns the side information in MiB that a reversible forward pass of BDIA keeps, one bit per activation and block but
     * two.
     */
    public double sideMib() {
        int rebuilt = depth - execution.checkpointed() - execution.stored();
        return backprop().equals("reversible") && method.equals("bdia")
                ? Math.max(0, rebuilt - 1.0) * batch * tokens * width / 8 / (1 << 20)
                : 0;
    }

    /** Returns {@code key=value} words for {@link #parse} and the peer. */
    public List<String> arguments() {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "task=" + task,
                                "method=" + method,
                                "backprop=" + backprop(),
                                "precision=" + precision(),
                                "depth=" + depth,
                                "batch=" + batch,
                                "tokens=" + tokens,
                                "width=" + width,
                                "heads=" + heads,
                                "mlp=" + mlp));
        if (engine.equals("djl")) {
            words.add("checkpointed=" + execution.checkpointed());
            words.add("stored=" + execution.stored());
            words.add("chunk=" + execution.chunkTokens());
            words.add("activation=" + activation);
        }
        return words;
    }

    /** Returns the point of the djl engine that the words describe. */
    static Point parse(String... words) {
        Map<String, String> values = new TreeMap<>();
        for (String word : words) {
            String[] pair = word.split("=", 2);
            values.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
        Backprop backprop = Backprop.valueOf(values.get("backprop").toUpperCase(Locale.ROOT));
        boolean single = values.get("precision").equals("float32");
        return new Point(
                "djl",
                values.get("task"),
                values.get("method"),
                Execution.of(backprop)
                        .withPrecision(single ? Precision.FLOAT32 : Precision.BFLOAT16_BRANCH)
                        .withCheckpointed(number(values, "checkpointed"))
                        .withStored(number(values, "stored"))
                        .withChunkTokens(number(values, "chunk")),
                number(values, "depth"),
                number(values, "batch"),
                number(values, "tokens"),
                number(values, "width"),
                number(values, "heads"),
                number(values, "mlp"),
                ActivationConfig.parse(values.get("activation")));
    }

    private static int number(Map<String, String> values, String key) {
        return Integer.parseInt(values.get(key));
    }
}
