package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.bdia.reversible.Tape.Recorded;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Compares a branch's vector–Jacobian products with central differences: u·(J v) with (Jᵀu)·v, for a random v of the input, of
 * each context array that requires a gradient, and of each parameter that does.
 *
 * <p>J v = (h(x + εv) − h(x − εv)) / 2ε with v of random signs and ε = 2⁻¹⁰ ‖x‖/‖v‖; u = J v / ‖J v‖, so that the product does
 * not cancel. Parameters are varied in copies that the branch gets from its {@link ai.djl.training.ParameterStore}; their own
 * values and gradients are not touched.
 */
final class DerivativeCheck {

    /** A relative error, and the direction in which it was found. */
    record Worst(double error, String direction) {}

    /**
     * An input of a branch: its state, a context array or a parameter.
     *
     * @param parameter null of inputs
     * @param slot the input's index
     */
    private record Variable(String name, NDArray value, Parameter parameter, int slot) {
        Variable at(NDArray other) {
            return new Variable(name, other, parameter, slot);
        }
    }

    /**
     * Differences along v, in float64.
     *
     * @param first J v, of both halves of a step
     * @param second how far the halves differ
     */
    private record Differences(NDArray first, NDArray second) {}

    /**
     * An error at a point.
     *
     * @param bend how far the slopes before and behind the point differ, relative to their mean
     */
    private record Measured(double bend, double error) {}

    /** ε‖v‖/‖x‖: short, for a step to cross few kinks. */
    private static final double STEP = 0x1p-10;

    /** The step where the difference of a short one would be rounding. */
    private static final double LONG_STEP = 0x1p-7;

    private static final double SHIFT = 0x1p-3;
    private static final int POINTS = 5;

    /** The rounding of a value in float32, relative to its norm. */
    private static final double ROUNDING = 0x1p-22;

    private final Branches branches;
    private final int k;
    private final NDList inputs;
    private final List<Variable> variables = new ArrayList<>();
    private final StepKey draw;

    /** A check of h_k on the first slice. */
    DerivativeCheck(Branches branches, Tape tape, int k, NDArray x) {
        this.branches = branches;
        this.k = k;
        this.draw = tape.chunks.of(tape.draw, 0);
        inputs = new NDList(x);
        inputs.addAll(tape.chunks.of(tape.context, 0));
        variables.add(new Variable("input", x, null, 0));
        for (int i = 1; i < inputs.size(); i++) {
            if (tape.context.get(i - 1).hasGradient()) {
                variables.add(new Variable("context " + (i - 1), inputs.get(i), null, i));
            }
        }
    }

    /** The largest error, NaN above all others; NaN too if the branch does not ask its store for a parameter. */
    Worst worst() {
        Map<Parameter, NDArray> read = new HashMap<>();
        run(inputs, parameter -> read.computeIfAbsent(parameter, Parameter::getArray));
        for (var named : branches.block(k).getParameters()) {
            Parameter parameter = named.getValue();
            if (parameter.getArray().hasGradient()) {
                if (!read.containsKey(parameter)) {
                    return new Worst(Double.NaN, named.getKey());
                }
                variables.add(new Variable(named.getKey(), parameter.getArray(), parameter, 0));
            }
        }
        Worst worst = new Worst(-1, "");
        for (Variable variable : variables) {
            double error = error(variable);
            if (Double.compare(error, worst.error()) > 0) {
                worst = new Worst(error, variable.name());
            }
        }
        return worst;
    }

    /**
     * The error where the branch bends least of some points, the first of which is its own: a difference is wrong where its step
     * crosses kinks, as ReLU has, and a step from a kink itself crosses it however short it is.
     */
    private double error(Variable variable) {
        Measured best = measured(variable, 0);
        for (int i = 1; i < POINTS && best.bend() > BranchCheck.TOLERANCE; i++) {
            Measured next = measured(variable, i);
            best = next.bend() < best.bend() ? next : best;
        }
        return best.error();
    }

    private Measured measured(Variable original, int point) {
        try (NDScope scope = new NDScope()) {
            NDArray value = original.value();
            NDArray v = signs(value, original.name().hashCode());
            double size = norm(value) / norm(v);
            size = size > 0 ? size : 1;
            NDArray aside = signs(value, point).mul(SHIFT * size);
            Variable variable = point == 0 ? original : original.at(value.add(aside));
            NDArray center = at(variable, variable.value());
            Differences d = differences(variable, center, v, STEP * size);
            double rounding = ROUNDING * norm(center) / (STEP * size);
            if (rounding > BranchCheck.TOLERANCE * norm(d.first())) {
                d = differences(variable, center, v, LONG_STEP * size);
                rounding *= STEP / LONG_STEP;
            }
            double length = norm(d.first());
            NDArray u = length > 0 ? d.first().div(length) : d.first().add(1);
            double numeric = dot(u, d.first());
            double exact = dot(gradient(variable, u), v);
            double error = relative(numeric, exact, 0);
            return new Measured(
                    relative(dot(u, d.second()) + numeric, numeric, rounding),
                    error <= BranchCheck.TOLERANCE ? error : relative(numeric, exact, rounding));
        }
    }

    private static double relative(double numeric, double exact, double slack) {
        double gap = Math.max(0, Math.abs(numeric - exact) - slack);
        return gap == 0 ? 0 : gap / Math.max(Math.abs(numeric), Math.abs(exact));
    }

    private Differences differences(Variable variable, NDArray center, NDArray v, double step) {
        NDArray along = v.mul(step);
        NDArray above = at(variable, variable.value().add(along));
        NDArray below = at(variable, variable.value().sub(along));
        NDArray second = above.add(below).subi(center.mul(2)).divi(step);
        return new Differences(above.subi(below).divi(2 * step), second);
    }

    private NDArray at(Variable variable, NDArray value) {
        return run(
                inputs(variable.at(value)), p -> p == variable.parameter() ? value : p.getArray());
    }

    private NDList inputs(Variable variable) {
        NDList changed = new NDList(inputs);
        if (variable.parameter() == null) {
            changed.set(variable.slot(), variable.value());
        }
        return changed;
    }

    /** h_k in float64, without gradients. */
    private NDArray run(NDList at, Function<Parameter, NDArray> values) {
        return Scoped.result(
                () ->
                        branches.withParameters(values)
                                .train(k, 0, at.get(0), at.subNDList(1), draw)
                                .toType(DataType.FLOAT64, true));
    }

    /** Jᵀu. */
    private NDArray gradient(Variable variable, NDArray u) {
        Map<Parameter, NDArray> leaves =
                new HashMap<>(); // made here: a branch's inner scopes are closed
        for (Parameter parameter : branches.block(k).getParameters().values()) {
            boolean varies = parameter == variable.parameter();
            leaves.put(parameter, varies ? Autograd.leaf(variable.value()) : leaf(parameter));
        }
        Branches copies = branches.withParameters(p -> leaves.getOrDefault(p, p.getArray()));
        NDList at = inputs(variable);
        NDList context = new NDList();
        for (int i = 1; i < at.size(); i++) {
            int slot = i;
            boolean varies = variables.stream().anyMatch(v -> v.slot() == slot);
            context.add(varies ? Autograd.leaf(at.get(i)) : at.get(i));
        }
        Recorded recorded = copies.record(k, 0, at.get(0), context, draw, false);
        recorded.graph().backward(u.toType(inputs.get(0).getDataType(), true));
        NDArray leaf =
                variable.parameter() != null
                        ? leaves.get(variable.parameter())
                        : variable.slot() == 0 ? recorded.leaf() : context.get(variable.slot() - 1);
        return leaf.getGradient();
    }

    private static NDArray leaf(Parameter parameter) {
        NDArray array = parameter.getArray();
        return array.hasGradient() ? Autograd.leaf(array) : array;
    }

    private static NDArray signs(NDArray like, long seed) {
        Random random = new Random(seed);
        float[] signs = new float[Math.toIntExact(like.size())];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = random.nextBoolean() ? 1 : -1;
        }
        return like.getManager().create(signs, like.getShape()).toType(like.getDataType(), false);
    }

    private static double norm(NDArray array) {
        return Math.sqrt(dot(array, array));
    }

    private static double dot(NDArray a, NDArray b) {
        try (NDArray product =
                Scoped.result(
                        () ->
                                a.toType(DataType.FLOAT64, false)
                                        .mul(b.toType(DataType.FLOAT64, false))
                                        .sum())) {
            return product.getDouble();
        }
    }
}
