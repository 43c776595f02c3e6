package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.config.Activation;
import org.bdia.config.Backprop;
import org.bdia.config.FixedPoint;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.TrainConfig;

/**
 * One line of a comparison: a method, how it is differentiated, and what else it changes: regularisers, or how it learns.
 *
 * @param method what is computed
 * @param backprop how it is differentiated
 * @param changes what it changes in the experiment's model and training, one after the other
 * @param activation what the derivative of the model's activation is computed from; {@link Activation.Derivative#EXACT} leaves the
 *     model's as it is
 */
public record Variant(
        Method method, Backprop backprop, List<Change> changes, Activation.Derivative activation) {

    /**
     * Checks that the two go together.
     *
     * @throws IllegalArgumentException if they do not
     */
    public Variant {
        backprop.requireSupports(method);
        changes = List.copyOf(changes);
    }

    /** A method differentiated in a way of its own, with nothing changed. */
    public Variant(Method method, Backprop backprop) {
        this(method, backprop, List.of(), Activation.Derivative.EXACT);
    }

    /** A method differentiated as it is meant to be: exact BDIA and RevNet by REVERSIBLE, all else by STORE. */
    public static Variant of(Method method) {
        boolean rebuilt = method instanceof Method.Bdia || method instanceof Method.RevNet;
        return new Variant(method, rebuilt ? Backprop.REVERSIBLE : Backprop.STORE);
    }

    /** The same with dropout in place of the model's own rate. */
    public Variant withDropout(double rate) {
        return with(new Change.Dropout(rate));
    }

    /** The same with stochastic depth at this rate. */
    public Variant withDropPath(double rate) {
        return with(new Change.DropPath(rate));
    }

    /** The same with this weight decay in place of the optimiser's own. */
    public Variant withWeightDecay(double decay) {
        return with(new Change.WeightDecay(decay));
    }

    /** The same with this label smoothing in place of the training's own. */
    public Variant withLabelSmoothing(double share) {
        return with(new Change.LabelSmoothing(share));
    }

    /** The same with this peak of the learning rate in place of the training's own. */
    public Variant withLearningRate(double peak) {
        return with(new Change.LearningRate(peak));
    }

    /** The same with another optimiser. */
    public Variant withOptimizer(OptimizerConfig config) {
        return with(new Change.Optimizer(config));
    }

    private Variant with(Change change) {
        List<Change> all = new ArrayList<>(changes);
        all.add(change);
        return new Variant(method, backprop, all, activation);
    }

    /** The same with activation checkpointing: every state kept, every block recomputed. */
    public Variant checkpointed() {
        return new Variant(method, Backprop.CHECKPOINT, changes, activation);
    }

    /** The same with the model's activation inverted, see {@link Activation.Derivative#INVERTED}. */
    public Variant withInvertedActivation() {
        return withActivation(Activation.Derivative.INVERTED);
    }

    /** The same with the derivative of the model's activation computed from something else. */
    public Variant withActivation(Activation.Derivative value) {
        return new Variant(method, backprop, changes, value);
    }

    /** The model with what this changes in it. */
    ModelConfig apply(ModelConfig model) {
        ModelConfig changed = model;
        for (Change change : changes) {
            changed = change.apply(changed);
        }
        return activation == Activation.Derivative.EXACT
                ? changed
                : changed.withActivation(model.activation().withDerivative(activation));
    }

    /** The training with what this changes in it. */
    TrainConfig apply(TrainConfig train) {
        TrainConfig changed = train;
        for (Change change : changes) {
            changed = change.apply(changed);
        }
        return changed;
    }

    /**
     * The name in tables and figures: the method's, and whatever is unusual about it. |γ| = ½, level 9 and the
     * method's own way of differentiating go without saying.
     */
    public String label() {
        String gamma = gamma() == 0 || gamma() == 0.5 ? "" : " γ=" + gamma();
        String way = backprop == of(method).backprop ? "" : " (" + backpropLabel() + ")";
        return resultLabel() + gamma + way;
    }

    /**
     * The name in results files, where |γ| and the way have columns of their own: {@code bdia}, {@code bdia+l5}, {@code
     * bdia+batch}, {@code bdia-float+uniform}.
     */
    String resultLabel() {
        var name = new StringBuilder(method.label());
        int level =
                method instanceof Method.Bdia bdia
                        ? bdia.level()
                        : method instanceof Method.Quantised quantised
                                ? quantised.level()
                                : FixedPoint.PAPER_LEVEL;
        name.append(level == FixedPoint.PAPER_LEVEL ? "" : "+l" + level);
        if (method instanceof Method.BdiaFloat bdia && bdia.law() == Method.Law.UNIFORM) {
            name.append("+uniform");
        }
        name.append(perBatch() ? "+batch" : "");
        changes.forEach(change -> name.append(change.suffix()));
        return name.append(activationSuffix()).toString();
    }

    private boolean perBatch() {
        Method.Per per =
                method instanceof Method.Bdia exact
                        ? exact.per()
                        : method instanceof Method.BdiaFloat drifting
                                ? drifting.per()
                                : Method.Per.SAMPLE;
        return per == Method.Per.BATCH;
    }

    private String activationSuffix() {
        return switch (activation) {
            case EXACT -> "";
            case INVERTED -> "+invact";
            case SIGN_BIT -> "+invact-sign-bit";
            case PRINTED -> "+invact-printed";
        };
    }

    /** The name of the way in results files: store, checkpoint or reversible. */
    String backpropLabel() {
        return backprop.name().toLowerCase(Locale.ROOT);
    }

    /** |γ|, 0 where the method has none. */
    double gamma() {
        return method instanceof Method.Bdia bdia
                ? bdia.gamma()
                : method instanceof Method.BdiaFloat bdia ? bdia.gamma() : 0;
    }
}
