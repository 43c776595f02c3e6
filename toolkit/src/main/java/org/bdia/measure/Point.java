package org.bdia.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Precision;
import org.bdia.config.Records;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;

/**
 * One configuration whose training step is measured.
 *
 * @param engine djl, python, or compiled: python's blocks by torch.compile, of the plain transformer that stores its graphs
 * @param task vit, gpt, or mlp (branches without attention); a vit of {@value #PAPER_TOKENS} tokens is the paper's (see {@link VitConfig#paper}), of 64 the plain
 *     one with mean pooling
 * @param method standard, bdia (γ = ±½, level 9), revnet or midpoint (level 9); the python engine has the first two
 * @param execution how the stack is run
 * @param depth K
 * @param batch B
 * @param tokens T; 64 or {@value #PAPER_TOKENS} for vit
 * @param width D
 * @param heads attention heads
 * @param mlp the hidden width of the MLP
 * @param activation the MLP's; the python engine has only GELU
 * @param step bare: forward and backward pass on one batch; whole: data, both passes, and AdamW's update of all weights; per-block:
 *     whole, with the update inside the backward pass, see {@link Update#PER_BLOCK}
 * @param vocabulary V, of a gpt
 * @param headTokens tokens whose logits a gpt's whole step computes at a time, 0 for all; the djl engine alone
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
        ActivationConfig activation,
        String step,
        int vocabulary,
        int headTokens) {

    /** The tokens of the paper's model: 64 patches and a class token. */
    static final int PAPER_TOKENS = 65;

    /** The methods that are measured, with their parameters; a point names one by its label. */
    private static final List<Method> METHODS =
            List.of(Method.standard(), Method.bdia(0.5), Method.revNet(), Method.midpoint());

    private static final List<String> PEER_METHODS = List.of("standard", "bdia");
    private static final String BARE = "bare";
    private static final String WHOLE = "whole";
    static final String PER_BLOCK = "per-block";
    private static final int VOCABULARY = 256;
    private static final int PLAIN_TOKENS = 64;

    /** Checks engine, task, method, tokens and step. */
    public Point {
        require("engine", engine, List.of("djl", "python", "compiled"));
        require("task", task, List.of("vit", "gpt", "mlp"));
        require("method", method, METHODS.stream().map(Method::label).toList());
        require("step", step, task.equals("mlp") ? List.of(BARE) : List.of(BARE, WHOLE, PER_BLOCK));
        if (task.equals("vit") && tokens != PLAIN_TOKENS && tokens != PAPER_TOKENS) {
            throw new IllegalArgumentException(
                    "a vit has 64 tokens, or 65 as the paper's, but tokens is "
                            + tokens
                            + "; measure gpt to vary the length");
        }
        if (!engine.equals("djl")) {
            boolean compiled = engine.equals("compiled");
            require("method", method, compiled ? List.of("standard") : PEER_METHODS);
            require("activation", activation.word(), List.of(ActivationConfig.GELU.word()));
        }
        if (headTokens != 0 && !(task.equals("gpt") && !step.equals(BARE))) {
            throw new IllegalArgumentException(
                    "headTokens is " + headTokens + "; expected 0, or the whole step of a gpt");
        }
    }

    private static void require(String name, Object value, List<?> known) {
        if (!known.contains(value)) {
            String words = known.stream().map(String::valueOf).collect(Collectors.joining(", "));
            throw new IllegalArgumentException(
                    name + " is " + value + "; expected one of " + words);
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
                ActivationConfig.GELU,
                BARE,
                VOCABULARY,
                0);
    }

    /** Returns the paper's image model: K = 6, batch 128, 65 tokens, width 512, 8 heads, MLP 512. */
    public static Point paper() {
        return base("vit", 6).withBatch(128).withTokens(PAPER_TOKENS).withSize(512, 8, 512);
    }

    private Point with(String component, Object value) {
        return Records.with(this, component, value);
    }

    /** Returns a copy with another execution and method, whose parameters must be {@linkplain #computed these}. */
    public Point with(Method other, Execution run) {
        require("method", other, METHODS);
        return with("method", other.label()).with("execution", run);
    }

    /** Returns a copy with another method, all blocks differentiated in one way on the whole batch, in this precision. */
    public Point with(Method other, Backprop backprop) {
        return with(other, Execution.of(backprop).withPrecision(execution.precision()));
    }

    /** Returns a copy that works on {@link Execution#LEAN_TOKENS} tokens at a time. */
    public Point lean() {
        return with("execution", execution.withChunkTokens(Execution.LEAN_TOKENS));
    }

    /** Returns a copy with another precision. */
    public Point withPrecision(Precision value) {
        return with("execution", execution.withPrecision(value));
    }

    /** Returns a copy with another depth. */
    public Point withDepth(int blocks) {
        return with("depth", blocks);
    }

    /** Returns a copy with another batch size. */
    public Point withBatch(int samples) {
        return with("batch", samples);
    }

    /** Returns a copy with another number of tokens. */
    public Point withTokens(int length) {
        return with("tokens", length);
    }

    /** Returns a copy with another model size. */
    public Point withSize(int newWidth, int newHeads, int newMlp) {
        return with("width", newWidth).with("heads", newHeads).with("mlp", newMlp);
    }

    /** Returns a copy with another activation. */
    public Point withActivation(ActivationConfig value) {
        return with("activation", value);
    }

    /** Returns a copy with another vocabulary V, of a gpt. */
    public Point withVocabulary(int size) {
        return with("vocabulary", size);
    }

    /** Returns a copy that counts the whole training step, the weights updated at its end. */
    public Point whole() {
        return with("step", WHOLE);
    }

    /**
     * Returns a copy that counts the whole training step, each block's weights updated in the backward pass.
     *
     * @param slice tokens whose logits are computed at a time; 0 for all
     */
    public Point perBlock(int slice) {
        return with("step", PER_BLOCK).with("headTokens", slice);
    }

    /** Returns a copy for another engine; only djl has a lean variant, activations other than GELU, and a head in slices. */
    public Point onEngine(String value) {
        boolean ours = value.equals("djl");
        return with("execution", execution.withChunkTokens(0))
                .with("headTokens", ours ? headTokens : 0)
                .withActivation(ours ? activation : ActivationConfig.GELU)
                .with("engine", value);
    }

    /** Returns the same point for the other engine; empty where that lacks the variant, the activation or the method. */
    Optional<Point> peer() {
        if (!PEER_METHODS.contains(method)) {
            return Optional.empty();
        }
        Point peer = onEngine(engine.equals("djl") ? "python" : "djl");
        return Optional.of(peer).filter(other -> other.onEngine(engine).equals(this));
    }

    /** Returns the point that ratios refer to: the plain transformer whose graphs are stored, which updates after the backward pass. */
    Point store() {
        return with("headTokens", 0)
                .with("step", countsAll() ? WHOLE : BARE)
                .with(Method.standard(), Backprop.STORE)
                .withActivation(ActivationConfig.GELU)
                .with("engine", engine.equals("djl") ? engine : "python");
    }

    /** Returns whether the step is whole, and memory at rest is counted, too. */
    public boolean countsAll() {
        return !step.equals(BARE);
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
        return METHODS.stream().filter(m -> m.label().equals(method)).findFirst().orElseThrow();
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
            return new GptConfig(vocabulary, tokens, width, depth, heads, mlp, 0, activation);
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
        double kept = method.equals("bdia") ? Math.max(0, execution.rebuilt(depth) - 1) : 0;
        return kept * batch * tokens * width / 8 / (1 << 20);
    }

    /** Returns {@code key=value} words for {@link #parse} and the peer. */
    public List<String> arguments() {
        List<String> words =
                new ArrayList<>(
                        List.of(
                                "engine=" + engine,
                                "task=" + task,
                                "method=" + method,
                                "backprop=" + backprop(),
                                "precision=" + precision(),
                                "depth=" + depth,
                                "batch=" + batch,
                                "tokens=" + tokens,
                                "width=" + width,
                                "heads=" + heads,
                                "mlp=" + mlp,
                                "step=" + step,
                                "vocabulary=" + vocabulary));
        if (engine.equals("djl")) {
            words.add("checkpointed=" + execution.checkpointed());
            words.add("stored=" + execution.stored());
            words.add("chunk=" + execution.chunkTokens());
            words.add("activation=" + activation);
            words.add("head=" + headTokens);
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
                ActivationConfig.parse(values.get("activation")),
                values.get("step"),
                number(values, "vocabulary"),
                number(values, "head"));
    }

    private static int number(Map<String, String> values, String key) {
        return Integer.parseInt(values.get(key));
    }
}
