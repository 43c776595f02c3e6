package org.bdia.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bdia.activation.ActivationBlock;
import org.bdia.config.ActivationConfig;
import org.bdia.config.ActivationConfig.Derivative;
import org.bdia.config.ActivationConfig.Function;
import org.bdia.data.Provenance;
import org.bdia.report.Axis;
import org.bdia.report.Caption;
import org.bdia.report.Figure;
import org.bdia.report.Hardware;
import org.bdia.report.Report;
import org.bdia.report.Result;
import org.bdia.report.RowTable;
import org.bdia.report.Series;
import org.bdia.report.Tabular;
import org.bdia.torch.Autograd;
import tech.tablesaw.api.Table;

/**
 * The distance of the derivative of an inverted activation, computed from y and one bit, from f′(x) in double precision, for x from −8
 * to 8.
 */
public final class DerivativeErrors implements Tabular {

    private static final int END = 8;
    private static final int PER_UNIT = 4096;

    /** The number of neighbours on the grid of which figures show the largest error. */
    private static final int BIN = 128;

    private static final Provenance GRID =
            new Provenance(
                    "no data set, a grid of arguments",
                    "x from -8 to 8, 4,096 to a unit",
                    false,
                    "");

    /**
     * One activation's errors, an entry per point of the grid.
     *
     * @param error |what is found − f′(x)|, computed in float64
     * @param single the same, found in float32
     */
    private record Errors(ActivationConfig activation, List<Double> error, List<Double> single) {

        String label() {
            String whose = activation.derivative() == Derivative.PRINTED ? "printed" : "ours";
            return function() + ", " + whose;
        }

        String function() {
            return activation.function().name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final List<Errors> measured;

    private DerivativeErrors(List<Errors> measured) {
        this.measured = measured;
    }

    /** Measures our inversion of every function, and the printed formula where there is one. */
    static DerivativeErrors measure() {
        List<Errors> measured = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
            for (Function function : List.of(Function.GELU, Function.SILU, Function.GELU_TANH)) {
                measured.add(errors(manager, ActivationConfig.inverted(function)));
                if (function != Function.GELU_TANH) {
                    measured.add(
                            errors(manager, new ActivationConfig(function, Derivative.PRINTED)));
                }
            }
        }
        return new DerivativeErrors(measured);
    }

    private static Errors errors(NDManager manager, ActivationConfig activation) {
        ActivationConfig plain = ActivationConfig.of(activation.function());
        double[] exact = slope(manager, plain, DataType.FLOAT64);
        return new Errors(
                activation,
                distance(slope(manager, activation, DataType.FLOAT64), exact),
                distance(slope(manager, activation, DataType.FLOAT32), exact));
    }

    private static double[] slope(NDManager manager, ActivationConfig activation, DataType type) {
        try (NDScope scope = new NDScope()) {
            NDArray x =
                    manager.arange(-END * PER_UNIT, END * PER_UNIT + 1)
                            .toType(type, true)
                            .div(PER_UNIT);
            NDArray leaf = Autograd.leaf(x);
            var block = new ActivationBlock(activation);
            block.initialize(manager, type, new Shape(x.size()));
            var store = new ParameterStore(manager, false);
            Autograd.differentiate(
                    () -> block.forward(store, new NDList(leaf), true).singletonOrThrow(),
                    NDArray::onesLike);
            return leaf.getGradient().toType(DataType.FLOAT64, true).toDoubleArray();
        }
    }

    private static List<Double> distance(double[] found, double[] exact) {
        return IntStream.range(0, exact.length)
                .mapToObj(i -> Math.abs(found[i] - exact[i]))
                .toList();
    }

    /** The rows for results.json: task {@code derivative-gelu} …, method {@code ours} or {@code printed}. */
    public List<Result> results() {
        List<Result> rows = new ArrayList<>();
        for (Errors errors : measured) {
            rows.add(row(errors, "derivative_error", largest(errors.error())));
            rows.add(row(errors, "derivative_error_float32", largest(errors.single())));
        }
        return rows;
    }

    private static Result row(Errors errors, String metric, double value) {
        String[] names = errors.label().split(", ", 2);
        return new Result(
                "derivative-" + names[0], names[1], "store", 0, 0, 0, "computed", metric, value);
    }

    /** A line per function and formula: the largest and the root-mean-square error, in float64 and in float32. */
    @Override
    public Table table() {
        return RowTable.of("error of f' found from y and one bit, x from -8 to 8", measured)
                .text("activation", Errors::label)
                .number("largest", e -> largest(e.error()))
                .number("rms", e -> rms(e.error()))
                .number("largest, float32", e -> largest(e.single()))
                .number("rms, float32", e -> rms(e.single()))
                .table();
    }

    /** The errors in float64 against x, log axis: of 128 neighbours the largest. */
    public Figure figure() {
        List<Series> lines = new ArrayList<>();
        for (Errors errors : measured) {
            int bins = errors.error().size() / BIN;
            double[] x = new double[bins];
            double[] y = new double[bins];
            for (int i = 0; i < bins; i++) {
                x[i] = (i + 0.5) * BIN / PER_UNIT - END;
                y[i] = largest(errors.error().subList(i * BIN, (i + 1) * BIN));
            }
            lines.add(Series.Line.of(errors.label(), x, y));
        }
        return new Figure(
                "Error of f′ found from y and one bit",
                Axis.linear("x"),
                Axis.log("|found − f′(x)|"),
                lines,
                Caption.of(
                        List.of(GRID),
                        Environment.current().profile(),
                        List.of(0L),
                        "float64, " + Hardware.describe()));
    }

    private static double largest(List<Double> errors) {
        return errors.stream().mapToDouble(v -> v).max().orElseThrow();
    }

    private static double rms(List<Double> errors) {
        return Math.sqrt(errors.stream().mapToDouble(v -> v * v).average().orElseThrow());
    }

    /** Declares this result's rows in a notebook's report. */
    public void addTo(Report report) {
        report.use(GRID).add(results());
    }
}
