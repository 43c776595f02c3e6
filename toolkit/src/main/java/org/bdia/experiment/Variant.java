package org.bdia.experiment;

import java.util.Locale;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.FixedPoint;
import org.bdia.reversible.Gamma;
import org.bdia.reversible.Method;

/**
 * One line of a comparison: a method, how it is differentiated, and what is added against over-fitting.
 *
 * @param method what is computed
 * @param backprop how it is differentiated
 * @param regulariser what is added
 */
public record Variant(Method method, Backprop backprop, Regulariser regulariser) {

    /**
     * Checks that the two go together.
     *
     * @throws IllegalArgumentException if they do not
     */
    public Variant {
        backprop.requireSupports(method);
    }

    /** A method differentiated in a way of its own, with nothing added. */
    public Variant(Method method, Backprop backprop) {
        this(method, backprop, new Regulariser.None());
    }

    /** A method differentiated as it is meant to be: exact BDIA and RevNet by REVERSIBLE, all else by STORE. */
    public static Variant of(Method method) {
        boolean rebuilt = method instanceof Method.Bdia || method instanceof Method.RevNet;
        return new Variant(method, rebuilt ? Backprop.REVERSIBLE : Backprop.STORE);
    }

    /** The same with dropout in place of the model's own rate. */
    public Variant withDropout(double rate) {
        return with(new Regulariser.Dropout(rate));
    }

    /** The same with stochastic depth at this rate. */
    public Variant withDropPath(double rate) {
        return with(new Regulariser.DropPath(rate));
    }

    /** The same with this weight decay in place of the optimiser's own. */
    public Variant withWeightDecay(double decay) {
        return with(new Regulariser.WeightDecay(decay));
    }

    /** The same with this label smoothing in place of the training's own. */
    public Variant withLabelSmoothing(double share) {
        return with(new Regulariser.LabelSmoothing(share));
    }

    private Variant with(Regulariser added) {
        return new Variant(method, backprop, added);
    }

    /** The same with activation checkpointing: every state kept, every block recomputed. */
    public Variant checkpointed() {
        return new Variant(method, Backprop.CHECKPOINT, regulariser);
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
        if (method instanceof Method.BdiaFloat bdia && bdia.law() == Gamma.Law.UNIFORM) {
            name.append("+uniform");
        }
        name.append(perBatch() ? "+batch" : "");
        return name.append(regulariser.suffix()).toString();
    }

    private boolean perBatch() {
        Gamma.Per per =
                method instanceof Method.Bdia exact
                        ? exact.per()
                        : method instanceof Method.BdiaFloat drifting
                                ? drifting.per()
                                : Gamma.Per.SAMPLE;
        return per == Gamma.Per.BATCH;
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
