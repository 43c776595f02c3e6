package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.EnumSet;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Precision;
import org.bdia.torch.Products;
import org.bdia.torch.TorchScript;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Right kernels agree with their plain twins, and wrong ones do not. */
class KernelCheckTest {

    private static final int WIDTH = 12;
    private static final int HEADS = 3;
    private static final int MLP = 20;
    private static final int LONG = 700;
    private static final int MEMORY = 9;

    @BeforeAll
    static void loadTheEngine() {
        Engine.getEngine("PyTorch");
    }

    @ParameterizedTest
    @EnumSource(BranchScript.Part.class)
    void everyPartAgreesWithItsTwin(BranchScript.Part part) {
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            for (long batch : new long[] {1, 2, 5}) {
                for (boolean dropout : new boolean[] {false, true}) {
                    assertThat(difference(part, pattern, batch, null, dropout)).isLessThan(2e-5);
                    for (Shape sizes : new Shape[] {new Shape(1, 1, 1, 7), new Shape(1, 3, 7, 7)}) {
                        assertThat(difference(part, pattern, batch, sizes, dropout))
                                .isLessThan(2e-5);
                    }
                    Shape mask = new Shape(batch, 1, 1, 7);
                    assertThat(difference(part, pattern, batch, mask, dropout)).isLessThan(2e-5);
                }
            }
        }
    }

    static double difference(
            BranchScript.Part part,
            Attention.Pattern pattern,
            long batch,
            Shape mask,
            boolean dropout) {
        KernelShape training = shape(part, pattern, batch, 7, mask, dropout, true);
        KernelShape inference = shape(part, pattern, batch, 7, mask, dropout, false);
        return Math.max(
                difference(training, BranchScript::of), difference(inference, BranchScript::of));
    }

    static KernelShape shape(
            BranchScript.Part part,
            Attention.Pattern pattern,
            long batch,
            long tokens,
            Shape mask,
            boolean dropout,
            boolean gradients) {
        return shape(
                part,
                options(part, pattern),
                Precision.FLOAT32,
                batch,
                tokens,
                mask,
                dropout,
                gradients);
    }

    private static BranchScript.Options options(BranchScript.Part part, Attention.Pattern pattern) {
        boolean cross = part == BranchScript.Part.CROSS;
        Attention.Pattern seen = cross ? Attention.Pattern.FULL : pattern;
        return new BranchScript.Options(WIDTH, HEADS, MLP, seen, ActivationConfig.GELU);
    }

    private static KernelShape shape(
            BranchScript.Part part,
            BranchScript.Options options,
            Precision precision,
            long batch,
            long tokens,
            Shape mask,
            boolean dropout,
            boolean gradients) {
        boolean cross = part == BranchScript.Part.CROSS;
        return new KernelShape(
                part,
                options,
                Products.LINEAR,
                precision,
                Device.cpu(),
                batch,
                tokens,
                !cross ? 0 : mask == null ? MEMORY : mask.get(3),
                part.attends() ? mask : null,
                dropout,
                gradients,
                JniUtils.getNumThreads());
    }

    static double difference(KernelShape shape, FusedBranch.Source source) {
        TorchScript script =
                source.of(
                        shape.part(),
                        shape.options(),
                        shape.precision(),
                        shape.mask() != null,
                        new BranchScript.Dropping(shape.dropout(), 0));
        return KernelCheck.difference(shape, Kernel.of(script));
    }

    /** So long that the plain twin computes some rows of the scores alone. */
    @ParameterizedTest
    @EnumSource(Attention.Pattern.class)
    void rowsOfLongSequencesAgree(Attention.Pattern pattern) {
        for (var part : List.of(BranchScript.Part.WHOLE, BranchScript.Part.ATTENTION)) {
            for (boolean gradients : new boolean[] {false, true}) {
                for (Shape mask : new Shape[] {null, new Shape(3, 1, 1, LONG)}) {
                    KernelShape shape = shape(part, pattern, 3, LONG, mask, false, gradients);
                    assertThat(difference(shape, BranchScript::of)).isLessThan(5e-5);
                }
            }
        }
        Shape everyPair = new Shape(1, 1, LONG, LONG);
        KernelShape shape = shape(BranchScript.Part.WHOLE, pattern, 2, LONG, everyPair, true, true);
        assertThat(difference(shape, BranchScript::of)).isLessThan(5e-5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "f = torch.mul(f, 1.001)",
                "f = torch.log(torch.sub(f, 1.0e9))",
                // One token's, in a row that the twin does not compute.
                "row = torch.sqrt_(torch.sub_(torch.mul_(torch.select(g, 1, 1), 0.), 1.))",
            })
    void aWrongValueOfALongSequenceIsFound(String wrong) {
        for (boolean gradients : new boolean[] {false, true}) {
            KernelShape shape =
                    shape(
                            BranchScript.Part.WHOLE,
                            Attention.Pattern.CAUSAL,
                            3,
                            LONG,
                            null,
                            false,
                            gradients);
            double found =
                    difference(shape, faulty("return torch.add", wrong + "\n  return torch.add"));
            assertThat(found <= KernelSelector.tolerance(Precision.FLOAT32)).isFalse();
        }
    }

    @Test
    void aWrongGradientOfALongSequenceIsFound() {
        KernelShape shape =
                shape(
                        BranchScript.Part.WHOLE,
                        Attention.Pattern.CAUSAL,
                        3,
                        LONG,
                        null,
                        false,
                        true);
        FusedBranch.Source source =
                faulty(
                        "dot_product_attention(q, k, v",
                        "dot_product_attention(q, torch.detach(k), v");
        assertThat(difference(shape, source)).isGreaterThan(1e-3);
    }

    /** Below and above the length up to which attention is two products, and where the twin computes some rows alone. */
    @ParameterizedTest
    @EnumSource(BranchScript.Part.class)
    void everyPartInBfloat16AgreesWithItsFloat32Twin(BranchScript.Part part) {
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            for (long tokens : new long[] {7, Attention.SHORT, Attention.SHORT + 1, 256, LONG}) {
                for (boolean gradients : new boolean[] {false, true}) {
                    assertThat(bfloat16(part, pattern, tokens, null, false, gradients))
                            .as("%s %s %d", part, pattern, tokens)
                            .isBetween(1e-4, KernelSelector.tolerance(Precision.BFLOAT16_BRANCH));
                }
            }
            Shape padding = new Shape(3, 1, 1, 150);
            for (Shape mask : new Shape[] {null, padding}) {
                assertThat(bfloat16(part, pattern, 150, mask, true, true))
                        .as("%s %s %s", part, pattern, mask)
                        .isLessThan(KernelSelector.tolerance(Precision.BFLOAT16_BRANCH));
            }
        }
    }

    private static double bfloat16(
            BranchScript.Part part,
            Attention.Pattern pattern,
            long tokens,
            Shape mask,
            boolean dropout,
            boolean gradients) {
        KernelShape shape =
                shape(
                        part,
                        options(part, pattern),
                        Precision.BFLOAT16_BRANCH,
                        3,
                        tokens,
                        mask,
                        dropout,
                        gradients);
        return difference(shape, BranchScript::of);
    }

    /** A rounding that moves an argument across the kink changes its gradient by all of it, and is no fault of the kernel. */
    @ParameterizedTest
    @EnumSource(names = {"RELU", "LEAKY_RELU"})
    void aKinkInBfloat16IsNoReasonToRefuse(ActivationConfig.Function function) {
        for (BranchScript.Part part : EnumSet.of(BranchScript.Part.WHOLE, BranchScript.Part.MLP)) {
            for (int mlp : new int[] {9, 20, 64}) {
                for (long tokens : new long[] {1, 20, 150}) {
                    assertThat(kinked(part, function, mlp, tokens))
                            .as("%s %s %d %d", part, function, mlp, tokens)
                            .isBetween(1e-4, KernelSelector.tolerance(Precision.BFLOAT16_BRANCH));
                }
            }
        }
    }

    private static double kinked(
            BranchScript.Part part, ActivationConfig.Function function, int mlp, long tokens) {
        var causal = Attention.Pattern.CAUSAL;
        var options = new BranchScript.Options(16, 2, mlp, causal, ActivationConfig.of(function));
        Precision half = Precision.BFLOAT16_BRANCH;
        return difference(
                shape(part, options, half, 3, tokens, null, false, true), BranchScript::of);
    }

    /** The identity has one slope where there are two, and the absolute value a wrong one below 0. */
    @Test
    void aWrongSlopeIsFound() {
        for (Precision precision : Precision.values()) {
            for (String wrong : new String[] {"torch.clone", "torch.abs"}) {
                var options =
                        new BranchScript.Options(
                                16,
                                2,
                                MLP,
                                Attention.Pattern.FULL,
                                ActivationConfig.of(ActivationConfig.Function.RELU));
                KernelShape shape =
                        shape(BranchScript.Part.WHOLE, options, precision, 3, 7, null, false, true);
                assertThat(difference(shape, faulty("torch.relu(", wrong + "(")))
                        .as("%s %s", precision, wrong)
                        .isGreaterThan(KernelSelector.tolerance(precision));
            }
        }
    }

    @Test
    void noProductOfALongBranchInBfloat16IsInFloat32() {
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            var options =
                    new BranchScript.Options(WIDTH, HEADS, MLP, pattern, ActivationConfig.GELU);
            String body =
                    BranchScript.body(
                            BranchScript.Part.WHOLE,
                            options,
                            Precision.BFLOAT16_BRANCH,
                            false,
                            BranchScript.Dropping.NONE);
            assertThat(body.lines().filter(line -> line.matches(".*torch.to\\(\\w+, 6\\)")))
                    .allMatch(line -> line.strip().matches("(f|g) = torch.to\\(\\1, 6\\)"));
        }
    }

    @Test
    void aWrongMemoryGradientIsFound() {
        KernelShape shape =
                shape(
                        BranchScript.Part.CROSS,
                        Attention.Pattern.FULL,
                        3,
                        7,
                        new Shape(3, 1, 1, 5),
                        false,
                        true);
        assertThat(difference(shape, BranchScript::of)).isLessThan(2e-5);
        assertThat(shape.label()).contains("CROSS", "tokens up to 8, memory up to 8, mask");
        FusedBranch.Source detached =
                faulty(
                        "kv = torch.linear(memory,",
                        "memory = torch.detach(memory)\n  kv = torch.linear(memory,");
        assertThat(difference(shape, detached)).isGreaterThan(1e-3);
    }

    static FusedBranch.Source faulty(String right, String wrong) {
        return (part, options, precision, masked, dropping) -> {
            String body = BranchScript.body(part, options, precision, masked, dropping);
            assertThat(body).contains(right);
            return new TorchScript(
                    BranchScript.parameters(part, options.pattern(), masked),
                    body.replace(right, wrong));
        };
    }
}
