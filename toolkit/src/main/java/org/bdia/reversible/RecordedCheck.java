package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Checks, at the first use of each shape, that recording gradients does not change a branch's value: bit for bit where states are
 * rebuilt, else within rounding.
 *
 * <p>The first shape checks every branch, each on the state that it gets; further ones check one branch of each {@linkplain
 * Branches#kind kind}, since the engine chooses its kernels by shape.
 */
final class RecordedCheck {

    private record Use(Tape.Kind state, List<Tape.Kind> context) {
        static Use of(Tape tape) {
            return new Use(tape.kind, tape.context.stream().map(Tape.Kind::of).toList());
        }
    }

    /** The largest difference, relative to the largest value, that is rounding. */
    private static final double ROUNDING = 1e-5;

    private final Branches branches;
    private final int rebuilt;
    private final Set<Use> known = new HashSet<>();

    /**
     * Creates a check.
     *
     * @param rebuilt the first branches, whose states are rebuilt
     */
    RecordedCheck(Branches branches, int rebuilt) {
        this.branches = branches;
        this.rebuilt = rebuilt;
    }

    /** Returns what is to see the states of a forward pass, each before its branch runs. */
    StateVisitor of(Tape tape) {
        Use use = Use.of(tape);
        if (known.contains(use)) {
            return (k, state) -> {};
        }
        boolean each = known.isEmpty();
        Set<String> kinds = new HashSet<>();
        return (k, state) -> {
            if (k == branches.depth()) {
                known.add(use);
            } else if (kinds.add(branches.kind(k)) || each) {
                check(tape, k, state);
            }
        };
    }

    /** Checks the first slice, and the last one, which may be shorter. */
    private void check(Tape tape, int k, NDArray state) {
        check(tape, k, 0, state);
        int last = tape.chunks.count() - 1;
        if (tape.chunks.batch() % tape.chunks.size() != 0) {
            check(tape, k, last, state);
        }
    }

    private void check(Tape tape, int k, int c, NDArray state) {
        try (NDScope scope = new NDScope()) {
            NDArray x = tape.chunks.of(state, c);
            NDArray unrecorded = unrecorded(branches, tape, k, c, x);
            double difference = difference(unrecorded, recorded(branches, tape, k, c, x));
            // NaN is beyond any bound, unless both values are NaN, which other checks report
            if (difference != 0 && !(difference <= (k < rebuilt ? 0 : rounding(unrecorded)))) {
                double again = difference(unrecorded, unrecorded(branches, tape, k, c, x));
                throw new IllegalStateException(message(k, x, difference, again == 0));
            }
        }
    }

    /** The part of a difference from a value that may be rounding. */
    static double rounding(NDArray value) {
        return ROUNDING * value.abs().max().toType(DataType.FLOAT64, false).getDouble();
    }

    private String message(int k, NDArray x, double difference, boolean repeats) {
        return String.format(
                Locale.ROOT,
                "%s of %s%s differs by up to %s when gradients are recorded, so that what is trained is not what is"
                        + " computed; %s. Use another block there; stack.check(x) tells more",
                branches.name(k),
                x.getDataType(),
                x.getShape(),
                difference,
                repeats
                        ? "the engine chooses other kernels when it records, and on machines that hide their caches"
                                + " those of LSTMs and convolutions may be wrong"
                        : "it does not repeat itself without recording either, so it has state or randomness of its"
                                + " own");
    }

    /** h_k of a slice in training, without gradients. */
    static NDArray unrecorded(Branches branches, Tape tape, int k, int c, NDArray x) {
        NDList context = tape.chunks.of(tape.context, c);
        return computed(() -> branches.train(k, c, x, context, tape.chunks.of(tape.draw, c)));
    }

    /** The value that its graph holds. */
    static NDArray recorded(Branches branches, Tape tape, int k, int c, NDArray x) {
        return computed(
                () -> {
                    NDList context = Autograd.recorded(() -> tape.chunks.of(tape.context, c));
                    StepKey draw = tape.chunks.of(tape.draw, c);
                    BranchGraph graph = branches.record(k, c, x, context, draw, false).graph();
                    if (graph instanceof BranchGraph.Whole && !Autograd.hasGraph(graph.output())) {
                        throw new IllegalArgumentException(
                                branches.name(k)
                                        + " depends neither on its input nor on a parameter that requires a"
                                        + " gradient, so there is nothing to differentiate; compute it from its"
                                        + " input, or leave it out");
                    }
                    return graph.output().stopGradient();
                });
    }

    /** A copy of the value, all else being freed: a branch may return its very input. */
    private static NDArray computed(Supplier<NDArray> value) {
        return Scoped.result(() -> value.get().duplicate());
    }

    /** The largest difference of two arrays; 0 if they have the same values, NaN counting as one. */
    static double difference(NDArray a, NDArray b) {
        if (Fingerprint.of(a) == Fingerprint.of(b)) {
            return 0;
        }
        try (NDScope scope = new NDScope()) {
            NDArray same = a.eq(b).logicalOr(a.isNaN().logicalAnd(b.isNaN()));
            NDArray differences = a.sub(b).abs();
            NDArray rest = NDArrays.where(same, differences.zerosLike(), differences);
            return rest.max().toType(DataType.FLOAT64, false).getDouble();
        }
    }
}
