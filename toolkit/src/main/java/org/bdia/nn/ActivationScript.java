package org.bdia.nn;

import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.bdia.config.Activation;
import org.bdia.torch.TorchScript;

/**
 * Writes the functions of an inverted {@link Activation} in TorchScript: y in place of x with its bits, the gradient in place of y,
 * and a twin that autograd differentiates.
 *
 * <p>In place, arrays are worked on in slices, which bounds what is needed beside them. Bits are
 * packed slice by slice: byte j of a slice of n holds those of elements j, j + n/8, j + 2n/8, …, so that packing is eight
 * whole-row operations.
 */
final class ActivationScript {

    private static final String WEIGHTS =
            """
            ones = torch.new_ones(flat, [8, 1], dtype=0)
            weights = torch.bitwise_left_shift(ones, torch.to(torch.sub(torch.cumsum(ones, 0), 1), 0))
            """;

    private static final String LOOP =
            """
            for i in range(torch.floordiv(torch.add(torch.numel(flat), SLICE - 1), SLICE)):
              start = torch.mul(i, SLICE)
              part = torch.slice(flat, 0, start, torch.add(start, SLICE), 1)
              count = torch.numel(part)
              first = torch.mul(i, SLICE // 8)
            """;

    /** BITS of a slice to plane PLANE. */
    private static final String PACK =
            """
              wide = torch.constant_pad_nd(torch.to(BITS, 0), [0, torch.remainder(torch.neg(count), 8)])
              row = torch.sum(torch.mul(torch.view(wide, [8, -1]), weights), [0], False, dtype=0)
              plane = torch.select(bits, 0, PLANE)
              copied = torch.copy_(torch.slice(plane, 0, first, torch.add(first, torch.numel(row)), 1), row)
            """;

    /** BITS of a slice from plane PLANE. */
    private static final String UNPACK =
            """
              plane = torch.select(bits, 0, PLANE)
              row = torch.slice(plane, 0, first, torch.add(first, SLICE // 8), 1)
              all = torch.reshape(torch.ne(torch.bitwise_and(row, weights), 0), [-1])
              BITS = torch.slice(all, 0, 0, count, 1)
            """;

    private final Activation activation;
    private final int type;
    private final int integer;
    private final double kept;
    private final int slice;
    private final StringBuilder text = new StringBuilder();

    /**
     * The functions for arrays of a type.
     *
     * @param rate of dropout behind the activation
     * @param slice the elements of a slice, a multiple of 8; whoever packs and whoever unpacks must agree
     * @throws IllegalArgumentException if the type is no floating-point type
     */
    ActivationScript(Activation activation, DataType array, float rate, int slice) {
        this.activation = activation;
        this.slice = slice;
        this.kept = 1.0 - rate;
        switch (array) { // as TorchScript numbers types: float 6, double 7; int16 2, int32 3, int64
            // 4
            case FLOAT32 -> {
                type = 6;
                integer = 3;
            }
            case FLOAT64 -> {
                type = 7;
                integer = 4;
            }
            case FLOAT16, BFLOAT16, UNKNOWN -> { // DJL does not know an engine's bfloat16 again
                type = 6;
                integer = 2;
            }
            default ->
                    throw new IllegalArgumentException(
                            "an activation takes floating-point arrays, but this one is " + array);
        }
    }

    /** A leaky ReLU whose graph keeps y. */
    static TorchScript leaky() {
        return new TorchScript(
                "x", "return torch.leaky_relu_(torch.clone(x), " + Activation.SLOPE + ")");
    }

    /** What the functions below take as an array: c₀ = T, c₁ … of the one side, then of the other. */
    static double[] coefficients(Activation activation) {
        Inversion inversion = Inversion.of(activation.function());
        DoubleStream turn = DoubleStream.of(inversion.turn());
        DoubleStream lower = inversion.lower().stream().mapToDouble(c -> c);
        DoubleStream upper = inversion.upper().stream().mapToDouble(c -> c);
        return DoubleStream.concat(turn, DoubleStream.concat(lower, upper)).toArray();
    }

    /** h → bits, y in h's place. */
    TorchScript inPlace() {
        line("flat = torch.view(torch.detach(h), [-1])");
        line(WEIGHTS);
        line("bytes = torch.floordiv(torch.add(torch.numel(flat), 7), 8)");
        line("bits = torch.new_empty(flat, [%d, bytes], dtype=0)", planes());
        line(LOOP);
        line("  lower = torch.lt(part, %s)", inversion().turn());
        line("  y = %s", call("%s_(part%s)"));
        if (kept < 1) {
            line("  mask = torch.bernoulli_(torch.empty_like(part), %s)", kept);
            line("  y = torch.mul_(torch.mul_(part, mask), %s)", 1 / kept);
            line("  chosen = torch.ne(mask, 0)");
            line(PACK.replace("BITS", "chosen").replace("PLANE", "0"));
        }
        if (inSign()) {
            signs("  ", "part", kept < 1 ? "torch.logical_and(lower, chosen)" : "lower");
        } else {
            line(PACK.replace("BITS", "lower").replace("PLANE", Integer.toString(planes() - 1)));
        }
        line("return bits");
        return script("h");
    }

    /** y, bits, ∂L/∂y, coefficients → a view of y, which then holds ∂L/∂h. */
    TorchScript gradientInPlace() {
        line("flat = torch.view(torch.detach(y), [-1])");
        line("above = torch.reshape(gradient, [-1])");
        line(WEIGHTS);
        line(LOOP);
        if (kept < 1) {
            line(UNPACK.replace("BITS", "chosen").replace("PLANE", "0"));
        }
        if (inSign()) {
            line("  lower = %s", signs("part"));
        } else {
            line(UNPACK.replace("BITS", "lower").replace("PLANE", Integer.toString(planes() - 1)));
        }
        line("  g = torch.to(torch.slice(above, 0, start, torch.add(start, SLICE), 1), %d)", type);
        line("  u = torch.to(part, %d)", type);
        if (kept < 1) {
            line("  u = torch.mul(u, %s)", kept);
            line("  g = torch.mul(torch.mul(g, chosen), %s)", 1 / kept);
        }
        derivative("  ");
        line("  copied = torch.copy_(part, inner)");
        line("return flat");
        return script("y, bits, gradient, c");
    }

    /**
     * x, coefficients → y with the derivative of the two above: the graph holds x f′, and its value is then overwritten with y. A
     * product keeps its factors alone, so autograd does not mind.
     */
    TorchScript outOfPlace() {
        line("h = torch.detach(x)");
        line("lower = torch.lt(h, %s)", inversion().turn());
        line("y = %s", call("%s(h%s)"));
        if (inSign()) {
            signs("", "y", "lower");
        }
        line("u = torch.to(y, %d)", type);
        line("g = torch.ones_like(u)");
        derivative("");
        line("result = torch.mul(x, torch.to(inner, h))");
        line("written = torch.copy_(torch.detach(result), y)");
        line("return result");
        return script("x, c");
    }

    /** inner = g f′ of the x behind u = y, where lower says on which side it lay. */
    private void derivative(String indent) {
        List<String> lines = new ArrayList<>();
        // 1 or 0: interpolating picks one of two finite values many times faster than torch.where
        lines.add("side = torch.to(lower, " + type + ")");
        lines.add("z = torch.clamp(torch.sub(u, MINIMUM), 0, LAST)");
        if (activation.derivative() == Activation.Derivative.PRINTED) {
            lines.addAll(PrintedDerivative.of(activation.function()));
        } else {
            int n = inversion().lower().size();
            lines.add("rest = torch.clamp_(torch.div(z, MINIMUM), -1)");
            lines.add("tail = torch.clamp_(torch.neg_(torch.log1p_(rest)), 0, LOWER_LAST)");
            lines.add("v = torch.sqrt_(torch.lerp(z, tail, side))");
            polynomial(lines, "below", 1, n);
            polynomial(lines, "above_it", n + 1, n + inversion().upper().size());
            lines.add("point = torch.lerp(above_it, below, side)");
            lines.add("inner = " + call("%s_backward(g, point%s)"));
        }
        for (String each : lines) {
            text.append(indent)
                    .append(
                            each.replace("LOWER_LAST", Double.toString(Inversion.LOWER_LAST))
                                    .replace("LAST", Double.toString(inversion().last()))
                                    .replace("MINIMUM", Double.toString(inversion().minimum())))
                    .append('\n');
        }
    }

    /** T + c_first v + … + c_last v^n, from the inside. */
    private static void polynomial(List<String> lines, String name, int first, int last) {
        String previous = "torch.select(c, 0, " + last + ")";
        String from = previous;
        for (int k = last - 1; k >= first - 1; k--) {
            String constant = "torch.select(c, 0, " + (k < first ? 0 : k) + ")";
            String out = from.equals(name) ? ", out=" + name : "";
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%s = torch.addcmul(%s, %s, v%s)",
                            name,
                            constant,
                            from,
                            out));
            from = name;
        }
    }

    /**
     * Writes bits to the lowest mantissa bits of an array. The compiler does not know that set_ shares memory, and drops what
     * is written through it alone: hence the copy.
     */
    private void signs(String indent, String array, String bits) {
        String cleared = "torch.bitwise_and(" + integers(array) + ", -2)";
        line(indent + "whole = torch.bitwise_or(%s, torch.to(%s, %d))", cleared, bits, integer);
        line(
                indent + "copied = torch.copy_(%s, torch.set_(torch.new_empty(%s, [0]), whole))",
                array,
                array);
    }

    private String signs(String array) {
        return "torch.ne(torch.bitwise_and(" + integers(array) + ", 1), 0)";
    }

    /** The bits of floating-point numbers as integers: in TorchScript no view has another type. */
    private String integers(String array) {
        return String.format(
                Locale.ROOT,
                "torch.set_(torch.new_empty(%s, [0], dtype=%d), %s)",
                array,
                integer,
                array);
    }

    private boolean inSign() {
        return activation.derivative() == Activation.Derivative.SIGN_BIT;
    }

    private int planes() {
        return (inSign() ? 0 : 1) + (kept < 1 ? 1 : 0);
    }

    private Inversion inversion() {
        return Inversion.of(activation.function());
    }

    /** A call of the function's kernel with its options. */
    private String call(String pattern) {
        return switch (activation.function()) {
            case GELU ->
                    "torch."
                            + String.format(Locale.ROOT, pattern, "gelu", ", approximate=\"none\"");
            case GELU_TANH ->
                    "torch."
                            + String.format(Locale.ROOT, pattern, "gelu", ", approximate=\"tanh\"");
            case SILU -> "torch." + String.format(Locale.ROOT, pattern, "silu", "");
            case RELU, LEAKY_RELU ->
                    throw new IllegalStateException(activation.function() + " is not inverted");
        };
    }

    private void line(String format, Object... values) {
        String line = values.length == 0 ? format : String.format(Locale.ROOT, format, values);
        text.append(line.stripTrailing()).append('\n');
    }

    private TorchScript script(String parameters) {
        String body =
                text.toString()
                        .replace("SLICE // 8", Integer.toString(slice / 8))
                        .replace("SLICE - 1", Integer.toString(slice - 1))
                        .replace("SLICE", Integer.toString(slice));
        return new TorchScript(parameters, body);
    }
}
