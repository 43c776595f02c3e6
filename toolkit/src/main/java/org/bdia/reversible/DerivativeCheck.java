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

/**
 * Compares a branch's vector–Jacobian products with central differences: u·(J v) with (Jᵀu)·v, for a random v of the input, of
 * each context array that requires a gradient, and of each parameter that does.
 *
 * <p>J v = (h(x + εv) − h(x − εv)) / 2ε with v of random signs and ε = 2⁻⁸ ‖x‖/‖v‖; u = J v / ‖J v‖, so that the product does
 * not cancel. Parameters are varied in copies that the branch gets from its {@link ai.djl.training.ParameterStore}; their own
 * values and gradients are not touched.
 */
final class DerivativeCheck {

    /** A relative error, and the direction in which it was found. */
    record Worst(double error, String direction) {}

    /**
     * What a branch is a function of.
     *
     * @param parameter null of inputs
     * @param slot the input's index
     */
    private record Variable(String name, NDArray value, Parameter parameter, int slot) {}

    private static final double STEP = 0x1p-8;

    /** The rounding of a value in float32, relative to its norm. */
    private static final double ROUNDING = 0x1p-22;

    private final Branches branches;
    private final int k;
    private final NDList inputs;
    private final List<Variable> variables = new ArrayList<>();
    private final Draw draw;

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

    private double error(Variable variable) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray v = signs(variable.value(), variable.name().hashCode());
            double size = norm(variable.value()) / norm(v);
            double step = STEP * (size > 0 ? size : 1);
            NDArray change = difference(variable, v, step);
            double length = norm(change);
            NDArray u = length > 0 ? change.div(length) : change.add(1);
            double numeric = dot(u, change);
            double exact = dot(gradient(variable, u), v);
            double error = relative(numeric, exact, 0);
            if (error <= BranchCheck.TOLERANCE) {
                return error;
            }
            // How far the difference can be trusted: kinks, curvature and rounding change with the
            // step.
            double half = dot(u, difference(variable, v, step / 2));
            double rounding = ROUNDING * norm(run(inputs, Parameter::getArray)) / step;
            return relative(numeric, exact, rounding + 2 * Math.abs(numeric - half));
        }
    }

    private static double relative(double numeric, double exact, double slack) {
        double gap = Math.max(0, Math.abs(numeric - exact) - slack);
        return gap == 0 ? 0 : gap / Math.max(Math.abs(numeric), Math.abs(exact));
    }

    /** J v in float64. */
    private NDArray difference(Variable variable, NDArray v, double step) {
        NDArray along = v.mul(step);
        NDArray above = at(variable, variable.value().add(along));
        NDArray below = at(variable, variable.value().sub(along));
        return above.subi(below).divi(2 * step);
    }

    private NDArray at(Variable variable, NDArray value) {
        if (variable.parameter() != null) {
            return run(inputs, p -> p == variable.parameter() ? value : p.getArray());
        }
        NDList changed = new NDList(inputs);
        changed.set(variable.slot(), value);
        return run(changed, Parameter::getArray);
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
        branches.block(k).getParameters().values().forEach(p -> leaves.put(p, leaf(p)));
        Branches copies = branches.withParameters(p -> leaves.getOrDefault(p, p.getArray()));
        NDList context = new NDList();
        for (int i = 1; i < inputs.size(); i++) {
            int slot = i;
            boolean varies = variables.stream().anyMatch(v -> v.slot() == slot);
            context.add(varies ? Autograd.leaf(inputs.get(i)) : inputs.get(i));
        }
        Recorded recorded = copies.record(k, 0, inputs.get(0), context, draw, false);
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
