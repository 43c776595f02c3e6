package org.bdia.experiment;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.function.UnaryOperator;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.TrainConfig;

/**
 * One line of a comparison: a method, how it is differentiated, and what else differs from the experiment's runs.
 *
 * @param method what is computed
 * @param backprop how it is differentiated
 * @param suffix the name of the change in tables, figures and results files, for example {@code +dropout0.1}; empty for none
 * @param change makes a run of this line from the experiment's
 */
public record Variant(
        Method method, Backprop backprop, String suffix, UnaryOperator<RunConfig> change) {

    private static final MathContext LABEL_DIGITS = new MathContext(6);

    /**
     * Checks that method and backprop go together.
     *
     * @throws IllegalArgumentException if they do not
     */
    public Variant {
        backprop.requireSupports(method);
    }

    /** A method differentiated in a way of its own, with nothing changed. */
    public Variant(Method method, Backprop backprop) {
        this(method, backprop, "", UnaryOperator.identity());
    }

    /** A method differentiated as it is meant to be, see {@link Method#backprop}: exact BDIA, RevNet and the midpoint rule by REVERSIBLE, all else by STORE. */
    public static Variant of(Method method) {
        return new Variant(method, method.backprop());
    }

    /**
     * Adds a change, made after those before it.
     *
     * @param name what it adds to the line's name, for example {@code +width128}
     * @param more makes a run with the change from one without
     */
    public Variant with(String name, UnaryOperator<RunConfig> more) {
        return new Variant(method, backprop, suffix + name, run -> more.apply(change.apply(run)));
    }

    /**
     * The same runs under another name.
     *
     * @param value what stands behind the method's name, for example {@code +tuned}; empty for the method's name alone
     */
    public Variant named(String value) {
        return new Variant(method, backprop, value, change);
    }

    private Variant withTrain(String name, UnaryOperator<TrainConfig> more) {
        return with(name, run -> run.withTrain(more.apply(run.train())));
    }

    /** Dropout at this rate on the embedding and inside the branches, in place of the model's own. */
    public Variant withDropout(double rate) {
        return with("+dropout" + rate, run -> run.withModel(run.model().withDropout(rate)));
    }

    /** Stochastic depth: samples skip whole branches, the last one at this rate. */
    public Variant withDropPath(double rate) {
        return with("+droppath" + rate, run -> run.withModel(run.model().withDropPath(rate)));
    }

    /** Weight decay in place of the optimiser's own. */
    public Variant withWeightDecay(double decay) {
        return withTrain(
                "+decay" + decay,
                train -> train.withOptimizer(train.optimizer().withWeightDecay(decay)));
    }

    /** Label smoothing in place of the training's own; losses on validation and test data stay without. */
    public Variant withLabelSmoothing(double share) {
        return withTrain("+smooth" + share, train -> train.withLabelSmoothing(share));
    }

    /** Another peak of the learning rate; the schedule keeps its shape. */
    public Variant withLearningRate(double peak) {
        return withTrain(
                "+lr"
                        + BigDecimal.valueOf(peak)
                                .round(LABEL_DIGITS)
                                .stripTrailingZeros()
                                .toPlainString(),
                train -> train.withSchedule(train.schedule().withPeak(peak)));
    }

    /** Another optimiser. */
    public Variant withOptimizer(OptimizerConfig config) {
        return withTrain(
                "+" + config.getClass().getSimpleName().toLowerCase(Locale.ROOT),
                train -> train.withOptimizer(config));
    }

    /** Activation checkpointing: every state kept, every block recomputed. */
    public Variant checkpointed() {
        return new Variant(method, Backprop.CHECKPOINT, suffix, change);
    }

    /** The model's activation inverted, see {@link ActivationConfig.Derivative#INVERTED}. */
    public Variant withInvertedActivation() {
        return with(
                "+invact",
                run ->
                        run.withModel(
                                run.model()
                                        .withActivation(
                                                run.model()
                                                        .activation()
                                                        .withDerivative(
                                                                ActivationConfig.Derivative
                                                                        .INVERTED))));
    }

    /**
     * The name in tables and figures: the method's, and whatever is unusual about it. |γ| = ½, level 9 and the
     * method's own way of differentiating go without saying.
     */
    public String label() {
        double magnitude = method.gamma();
        String gamma = magnitude == 0 || magnitude == 0.5 ? "" : " γ=" + magnitude;
        String way = backprop == method.backprop() ? "" : " (" + backpropLabel() + ")";
        return resultLabel() + gamma + way;
    }

    /**
     * The name in results files, where |γ| and the way have columns of their own: {@code bdia}, {@code bdia+l5}, {@code
     * bdia+batch}, {@code bdia-float+uniform}.
     */
    String resultLabel() {
        return method.name() + suffix;
    }

    /** The name of the way in results files: store, checkpoint or reversible. */
    String backpropLabel() {
        return backprop.name().toLowerCase(Locale.ROOT);
    }
}
