package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Parity with stacks computed by an independent PyTorch implementation. Every step is fed the file's own states, so
 * that one rounding taken differently is counted where it happens and not again in all later blocks.
 *
 * <p>Reads the test resources, and every {@code *.safetensors} in the folder that {@code -Dbdia.reference=DIR}
 * names.
 */
class ReferenceParityTest {

    private static final double RELATIVE = 1e-4;

    /** One property that a file's vectors are checked for. */
    enum Check {
        STATES,
        SIDE_BITS,
        INVERSE,
        LOSS_AND_GRADIENTS,
        INFERENCE_PLAIN,
        INFERENCE_QUANTISED
    }

    static Stream<Arguments> cases() throws IOException, URISyntaxException {
        List<Path> folders = new ArrayList<>();
        folders.add(
                Path.of(
                        Objects.requireNonNull(ReferenceParityTest.class.getResource("/reference"))
                                .toURI()));
        String more = System.getProperty("bdia.reference");
        if (more != null) {
            folders.add(Path.of(more));
        }
        List<Arguments> cases = new ArrayList<>();
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.sorted().toList()) {
                    if (file.toString().endsWith(".safetensors")) {
                        for (Check check : Check.values()) {
                            cases.add(Arguments.of(file.getFileName().toString(), check, file));
                        }
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("cases")
    void parity(String name, Check check, Path file) throws IOException {
        for (Kernels kernels : Kernels.values()) {
            parity(check, file, kernels);
        }
    }

    private static void parity(Check check, Path file, Kernels kernels) throws IOException {
        try (NDManager manager = NDManager.newBaseManager();
                Reference reference = Reference.read(manager, file, kernels)) {
            Autograd.unrecorded(
                    () -> {
                        switch (check) {
                            case STATES -> states(reference);
                            case SIDE_BITS -> sideBits(reference);
                            case INVERSE -> inverse(reference);
                            case LOSS_AND_GRADIENTS -> gradients(reference);
                            case INFERENCE_PLAIN -> plainInference(reference);
                            case INFERENCE_QUANTISED -> quantisedInference(reference);
                        }
                        return null;
                    });
        }
    }

    private static void states(Reference r) {
        Step step = r.step();
        int differing = r.differing(step.enter(r.tensor("input")), r.state(0));
        differing += r.differing(step.first(r.state(0), r.branch(0, r.state(0))), r.state(1));
        for (int k = 1; k < r.depth(); k++) {
            differing += r.differing(next(r, k), r.state(k + 1));
        }
        assertThat(differing)
                .as("activations that differ by one grid step")
                .isLessThanOrEqualTo(r.nearRounding());
    }

    private static void sideBits(Reference r) {
        for (int k = 0; k <= r.depth() - 2; k++) {
            NDArray state = r.state(k).duplicate();
            NDArray h = r.branch(k + 1, r.state(k + 1));
            try (SideBits side =
                    r.step().leap(state, r.state(k + 1), h, r.gamma(k + 1), r.manager())) {
                float[] found = side.offsets(1).mul(r.grid().scale()).toFloatArray();
                NDArray expected = r.tensor("side." + k).toType(DataType.FLOAT32, false);
                assertThat(found).as("side.%d", k).isEqualTo(expected.toFloatArray());
            }
        }
    }

    private static void inverse(Reference r) {
        int differing = 0;
        for (int k = 1; k < r.depth(); k++) {
            NDArray h = r.branch(k, r.state(k));
            NDArray rebuilt = r.state(k - 1).duplicate();
            SideBits side = r.step().leap(rebuilt, r.state(k), h, r.gamma(k), r.manager());
            r.step().back(rebuilt, r.state(k), h, r.gamma(k), side);
            // Numerically: the file may hold −0.0 where our states never do.
            assertThat(rebuilt.neq(r.state(k - 1)).any().getBoolean())
                    .as("state %d", k - 1)
                    .isFalse();
            NDArray fromFile = r.state(k + 1).duplicate();
            r.step().back(fromFile, r.state(k), h, r.gamma(k), side);
            differing +=
                    (int)
                            fromFile.neq(r.state(k - 1))
                                    .toType(DataType.INT64, false)
                                    .sum()
                                    .getLong();
        }
        assertThat(differing)
                .as("activations rebuilt otherwise from the file's own states")
                .isLessThanOrEqualTo(r.nearRounding());
    }

    private static NDArray next(Reference r, int k) {
        NDArray state = r.state(k - 1).duplicate();
        NDArray h = r.branch(k, r.state(k));
        r.step().leap(state, r.state(k), h, r.gamma(k), null);
        return state;
    }

    private static void gradients(Reference r) {
        NDArray ours = next(r, r.depth() - 1).sub(r.tensor("target"));
        float loss = ours.mul(ours).mean().getFloat() / 2;
        assertClose("loss", r.manager().create(loss), r.tensor("loss"));
        NDArray error = r.state(r.depth()).sub(r.tensor("target"));

        Tape tape = r.tape();
        NDArray seed = error.div(error.size());
        NDArray found =
                new BackwardPass(new Branches(r.blocks()), r.step(), Reference.CHECKPOINT, tape)
                        .differentiate(seed);
        assertClose("grad.input", found, r.tensor("grad.input"));
        for (int k = 0; k < r.depth(); k++) {
            for (String weight : Reference.WEIGHTS) {
                String name = "block." + k + "." + weight;
                assertClose(
                        "grad." + name,
                        r.parameter(k, weight).getGradient(),
                        r.tensor("grad." + name));
            }
        }
    }

    private static void plainInference(Reference r) {
        ReversibleStack stack = r.stack(Method.standard());
        assertClose("inference.plain", stack.infer(r.tensor("input")), r.tensor("inference.plain"));
    }

    private static void quantisedInference(Reference r) {
        Method method = Method.quantised().withLevel(r.grid().level());
        ReversibleStack stack = r.stack(method);
        NDArray found = stack.infer(r.tensor("input"));
        // A rounding taken differently early on spreads, but only within its own sample.
        long perSample = found.size() / found.getShape().get(0);
        assertThat((long) r.differing(found, r.tensor("inference.quantised")))
                .isLessThanOrEqualTo(r.nearRounding() * perSample);
    }

    private static void assertClose(String name, NDArray found, NDArray expected) {
        float scale = expected.abs().max().getFloat();
        float error = found.reshape(expected.getShape()).sub(expected).abs().max().getFloat();
        assertThat((double) error / scale).as(name).isLessThanOrEqualTo(RELATIVE);
    }
}
