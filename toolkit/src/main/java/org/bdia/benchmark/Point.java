package org.bdia.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.nn.Activation;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Method;
import org.bdia.reversible.Precision;

/**
 * One configuration whose training step is measured.
 *
 * @param engine djl or python
 * @param task vit, gpt, or mlp: branches without attention
 * @param method standard or bdia (γ = ±½, level 9)
 * @param backprop store, checkpoint or reversible
 * @param variant fast (a block works on the whole batch) or lean (see {@link Execution#lean})
 * @param precision float32 or bfloat16, the branches' alone
 * @param depth K
 * @param batch B
 * @param tokens T; 64 for vit
 * @param width D
 * @param heads attention heads
 * @param mlp the hidden width of the MLP
 * @param activation the MLP's, as {@link Activation#word} says it; the python engine has gelu alone
 */
public record Point(
        String engine,
        String task,
        String method,
        String backprop,
        String variant,
        String precision,
        int depth,
        int batch,
        int tokens,
        int width,
        int heads,
        int mlp,
        String activation) {

    /** Checks the words. */
    public Point {
        require("engine", engine, "djl", "python");
        require("task", task, "vit", "gpt", "mlp");
        require("method", method, "standard", "bdia");
        require("backprop", backprop, "store", "checkpoint", "reversible");
        require("variant", variant, "fast", "lean");
        require("precision", precision, "float32", "bfloat16");
        if (engine.equals("djl")) {
            Activation.parse(activation);
        } else {
            require("activation", activation, Activation.GELU.word());
        }
    }

    private static void require(String name, String value, String... known) {
        if (!List.of(known).contains(value)) {
            throw new IllegalArgumentException(
                    name + " is " + value + "; expected one of " + String.join(", ", known));
        }
    }

    /** The base size: width 128, 4 heads, MLP 512; 64 samples of 64 tokens, or for gpt 16 of 256. */
    public static Point base(String task, int depth) {
        boolean gpt = task.equals("gpt");
        return new Point(
                "djl",
                task,
                "standard",
                "store",
                "fast",
                "float32",
                depth,
                gpt ? 16 : 64,
                gpt ? 256 : 64,
                128,
                4,
                512,
                Activation.GELU.word());
    }

    /** The same point of another method, differentiated otherwise. */
    public Point with(String newMethod, String newBackprop, String newVariant) {
        return new Point(
                engine,
                task,
                newMethod,
                newBackprop,
                newVariant,
                precision,
                depth,
                batch,
                tokens,
                width,
                heads,
                mlp,
                activation);
    }

    /** The same point in another precision. */
    public Point withPrecision(String value) {
        return new Point(
                engine,
                task,
                method,
                backprop,
                variant,
                value,
                depth,
                batch,
                tokens,
                width,
                heads,
                mlp,
                activation);
    }

    /** The same point of another batch size and number of tokens. */
    public Point withBatch(int samples, int length) {
        return new Point(
                engine,
                task,
                method,
                backprop,
                variant,
                precision,
                depth,
                samples,
                length,
                width,
                heads,
                mlp,
                activation);
    }

    /** The same point of another model size. */
    public Point withSize(int newWidth, int newHeads, int newMlp) {
        return new Point(
                engine,
                task,
                method,
                backprop,
                variant,
                precision,
                depth,
                batch,
                tokens,
                newWidth,
                newHeads,
                newMlp,
                activation);
    }

    /** The same point with another activation, for example {@code inverted-gelu}. */
    public Point withActivation(String word) {
        return new Point(
                engine, task, method, backprop, variant, precision, depth, batch, tokens, width,
                heads, mlp, word);
    }

    /** The same point on another engine; only ours has a lean variant, and activations other than GELU. */
    public Point onEngine(String value) {
        return new Point(
                value,
                task,
                method,
                backprop,
                "fast",
                precision,
                depth,
                batch,
                tokens,
                width,
                heads,
                mlp,
                value.equals("djl") ? activation : Activation.GELU.word());
    }

    /** How the stack is run. */
    public Execution execution() {
        Execution execution =
                Execution.of(Backprop.valueOf(backprop.toUpperCase(Locale.ROOT)))
                        .withPrecision(
                                precision.equals("float32")
                                        ? Precision.FLOAT32
                                        : Precision.BFLOAT16_BRANCH);
        return variant.equals("lean")
                ? execution.withChunkTokens(Execution.LEAN_TOKENS)
                : execution;
    }

    /** What is computed. */
    public Method computed() {
        return method.equals("bdia") ? Method.bdia(0.5) : Method.standard();
    }

    /** The bytes of side information that a reversible forward pass keeps, one bit per activation and block but two. */
    public double sideMib() {
        return backprop.equals("reversible")
                ? (depth - 1.0) * batch * tokens * width / 8 / (1 << 20)
                : 0;
    }

    /** {@code key=value} words from which {@link #parse} makes the point again; the peer reads them too. */
    public List<String> arguments() {
        List<String> words = new ArrayList<>();
        for (String pair :
                List.of(
                        "task=" + task,
                        "method=" + method,
                        "backprop=" + backprop,
                        "precision=" + precision,
                        "depth=" + depth,
                        "batch=" + batch,
                        "tokens=" + tokens,
                        "width=" + width,
                        "heads=" + heads,
                        "mlp=" + mlp)) {
            words.add(pair);
        }
        if (engine.equals("djl")) {
            words.add("variant=" + variant);
            words.add("activation=" + activation);
        }
        return words;
    }

    /** The point of our engine that the words describe. */
    static Point parse(String... words) {
        Map<String, String> values = new TreeMap<>();
        for (String word : words) {
            String[] pair = word.split("=", 2);
            values.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
        return new Point(
                "djl",
                values.get("task"),
                values.get("method"),
                values.get("backprop"),
                values.get("variant"),
                values.get("precision"),
                Integer.parseInt(values.get("depth")),
                Integer.parseInt(values.get("batch")),
                Integer.parseInt(values.get("tokens")),
                Integer.parseInt(values.get("width")),
                Integer.parseInt(values.get("heads")),
                Integer.parseInt(values.get("mlp")),
                values.get("activation"));
    }
}
