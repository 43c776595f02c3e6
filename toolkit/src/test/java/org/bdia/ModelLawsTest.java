package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bdia.GuardSubject.Make;
import org.bdia.GuardSubject.Options;
import org.bdia.config.ActivationConfig;
import org.bdia.config.ActivationConfig.Derivative;
import org.bdia.config.ActivationConfig.Function;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.config.Precision;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.config.VitConfig.Pooling;
import org.bdia.nn.Gradients;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The laws of training whole models.
 *
 * <p>Tables say which models a law is tested with: method | model | activation, derivative | dropout, drop path | branch | samples
 * per chunk, 0 = the whole batch | depth. A row stands for every combination of the values in its columns.
 */
@ExtendWith(ChosenProducts.Linear.class)
class ModelLawsTest extends TensorTest {

    private static final int BATCH = 6;
    private static final Map<String, Method> METHODS = methods();
    private static final String ALL = String.join(",", METHODS.keySet());

    /** What branches are computed by, or in. */
    enum Branch {
        PLAIN,
        FUSED,
        INNER,
        BFLOAT16
    }

    /** A row's combination of values. */
    record Case(Method method, String kind, Options options, Branch branch, int samples) {

        Case with(Branch other) {
            return new Case(method, kind, options, other, samples);
        }

        Make make() {
            return switch (kind) {
                case "seq2seq" -> GuardSubject.SEQ2SEQ;
                case "gpt" -> GuardSubject.GPT;
                case "long gpt" -> GuardSubject.gpt(256);
                default -> {
                    boolean token = kind.contains("class");
                    VitConfig config = VitConfig.smoke().withPatch(8);
                    yield GuardSubject.vit(
                            config.withPooling(token ? Pooling.CLASS_TOKEN : Pooling.MEAN)
                                    .withShiftedPatches(kind.contains("shifted"))
                                    .withLocalityAttention(kind.contains("locality")));
                }
            };
        }

        int tokens() {
            return switch (kind) {
                case "seq2seq" -> 8;
                case "long gpt" -> 256;
                default -> 17;
            };
        }

        /** Makes a model that compares the states that it rebuilds with those that it made. */
        GuardSubject subject(Backprop backprop, int checkpointed, int stored, NDManager manager) {
            System.setProperty(
                    ChosenProducts.PROPERTY, branch == Branch.INNER ? "inner" : "linear");
            boolean bfloat16 = branch == Branch.BFLOAT16;
            var execution =
                    new Execution(
                            backprop,
                            checkpointed,
                            stored,
                            samples * tokens(),
                            bfloat16 ? Precision.BFLOAT16_BRANCH : Precision.FLOAT32,
                            branch == Branch.PLAIN ? Kernels.PLAIN : Kernels.FUSED,
                            true);
            return make().of(method, execution, options, manager);
        }
    }

    private static Map<String, Method> methods() {
        Map<String, Method> methods = new LinkedHashMap<>();
        Methods.all().forEach(method -> methods.put(method.label(), method));
        methods.put("bdia/4", Method.bdia(0.25));
        return methods;
    }

    private static Stream<Case> cases(String... rows) {
        return Stream.of(rows)
                .flatMap(row -> combinations(List.of(), List.of(row.split("\\|"))))
                .map(ModelLawsTest::parse)
                .filter(each -> !each.kind.equals("seq2seq") || each.method.streams() == 1);
    }

    private static Stream<List<String>> combinations(List<String> chosen, List<String> columns) {
        if (columns.isEmpty()) {
            return Stream.of(chosen);
        }
        return Stream.of(columns.get(0).split(","))
                .map(value -> Stream.concat(chosen.stream(), Stream.of(value.strip())).toList())
                .flatMap(more -> combinations(more, columns.subList(1, columns.size())));
    }

    private static Case parse(List<String> row) {
        String[] activation = row.get(2).split(" ", 2);
        String[] rates = row.get(3).split(" ", 2);
        return new Case(
                METHODS.get(row.get(0)),
                row.get(1),
                new Options(
                        new ActivationConfig(
                                Function.valueOf(activation[0]), Derivative.valueOf(activation[1])),
                        Double.parseDouble(rates[0]),
                        Double.parseDouble(rates[1]),
                        Integer.parseInt(row.get(6))),
                Branch.valueOf(row.get(4)),
                Integer.parseInt(row.get(5)));
    }

    static Stream<Case> ways() {
        String models = " | vit, shifted locality vit, gpt, seq2seq | ";
        return cases(
                ALL + models + "GELU EXACT | 0.1 0.2 | FUSED | 0 | 4",
                "standard, bdia, midpoint" + models + "GELU EXACT | 0.1 0.2 | INNER | 0 | 3",
                "bdia" + models + "GELU EXACT | 0.1 0.2 | INNER | 4 | 3",
                "bdia, midpoint" + models + "GELU EXACT | 0.1 0.2 | BFLOAT16 | 0, 4 | 3",
                "bdia" + models + "GELU INVERTED | 0.1 0.2 | BFLOAT16 | 0 | 3",
                "bdia, midpoint | long gpt | GELU EXACT | 0 0, 0.1 0 | BFLOAT16 | 0, 4 | 3",
                "bdia | long gpt | GELU INVERTED | 0 0, 0.1 0 | BFLOAT16 | 0 | 3",
                "midpoint | vit, gpt, seq2seq | GELU EXACT | 0.1 0.2 | PLAIN, FUSED | 1 | 3",
                "standard, bdia, bdia/4 | gpt, seq2seq | GELU_TANH EXACT | 0.1 0 | FUSED | 0 | 3",
                "revnet | gpt | GELU_TANH EXACT | 0.1 0 | FUSED | 0 | 3",
                "revnet | vit, class vit | GELU EXACT | 0.1 0 | FUSED | 0, 1 | 3",
                "bdia | vit, class vit, shifted vit | GELU EXACT | 0.1 0 | FUSED | 0 | 3",
                "bdia | locality vit, class shifted locality vit | GELU EXACT | 0.1 0 | FUSED | 0 | 3",
                "bdia | seq2seq | GELU INVERTED | 0 0 | FUSED | 0 | 3");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void everyWayOfDifferentiatingGivesTheSameBits(Case model) {
        assertWaysAgree(model, new int[][] {{0, 0}, {1, 1}});
    }

    static Stream<Case> splits() {
        String inverted = "standard, quantised, bdia, bdia/4 | vit | GELU INVERTED";
        String signBit = "standard, quantised, bdia, bdia/4 | vit | GELU SIGN_BIT";
        return cases(
                "standard, quantised, bdia, bdia-float | vit | GELU_TANH EXACT | 0 0 | FUSED | 0, 4 | 6",
                "standard, quantised, bdia, bdia-float | vit | GELU_TANH EXACT | 0 0 | BFLOAT16 | 4 | 6",
                inverted + " | 0 0 | PLAIN, FUSED | 0 | 4",
                inverted + " | 0.1 0 | PLAIN | 0 | 4",
                inverted + " | 0.1 0 | FUSED | 4 | 4",
                signBit + " | 0.1 0 | FUSED | 0 | 4",
                signBit + " | 0 0 | PLAIN | 4 | 4",
                inverted.replace("INVERTED", "PRINTED") + " | 0 0 | FUSED | 0 | 4",
                inverted + ", GELU SIGN_BIT | 0 0.5 | PLAIN, FUSED | 0 | 4",
                inverted + ", GELU SIGN_BIT | 0.1 0.5 | FUSED | 0, 4 | 4");
    }

    /** Where blocks that store, that recompute and that rebuild meet, and where there is but one kind. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("splits")
    void everySplitOfAStackGivesTheSameBits(Case model) {
        int all = model.options.depth();
        assertWaysAgree(
                model, new int[][] {{0, 0}, {0, 1}, {0, 2}, {all / 2, 1}, {0, all}, {all, 0}});
    }

    /** Splits are of checkpointed and of stored blocks; methods that rebuild states up to rounding agree up to their drift. */
    private void assertWaysAgree(Case model, int[][] splits) {
        List<float[]> stored = gradients(model, Backprop.STORE, 0, 0);
        assertThat(stored).allMatch(gradient -> Gradients.norm(gradient) > 0);
        Gradients.assertSame(gradients(model, Backprop.CHECKPOINT, 0, 0), stored);
        Gradients.assertSame(gradients(model, Backprop.CHECKPOINT, 0, 2), stored);
        if (model.method.backprop() != Backprop.REVERSIBLE) {
            return;
        }
        for (int[] split : splits) {
            List<float[]> reversed = gradients(model, Backprop.REVERSIBLE, split[0], split[1]);
            if (model.method.exact()) {
                Gradients.assertSame(reversed, stored);
            } else {
                // A class token begins near 0, where rounding is more of it.
                double drift = model.kind.contains("class") ? 1e-4 : 1e-5;
                assertThat(reversed.get(0)).isEqualTo(stored.get(0));
                Gradients.assertCloseToLargest(rest(reversed), rest(stored), drift);
            }
        }
    }

    private List<float[]> gradients(Case model, Backprop backprop, int checkpointed, int stored) {
        try (NDManager own = manager.newSubManager()) {
            GuardSubject subject = model.subject(backprop, checkpointed, stored, own);
            List<float[]> gradients = subject.gradients(BATCH, own);
            if (model.branch == Branch.INNER || model.branch == Branch.BFLOAT16) {
                // What the row is about was computed. The other rows' laws hold of plain kernels
                // too.
                assertThat(subject.model().kernels().refused()).isEmpty();
            }
            return gradients;
        }
    }

    /** All but the loss. */
    private static List<float[]> rest(List<float[]> gradients) {
        return gradients.subList(1, gradients.size());
    }

    static Stream<Case> near() {
        return cases(
                "bdia | vit, shifted locality vit, gpt, seq2seq | GELU EXACT | 0.1 0.2 | INNER, BFLOAT16 | 0 | 3",
                "bdia | long gpt | GELU EXACT | 0 0, 0.1 0 | BFLOAT16 | 0 | 3");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("near")
    void otherProductsAndBfloat16GiveGradientsNearThoseOfFloat32(Case model) {
        double distance =
                Gradients.distance(
                        rest(gradients(model, Backprop.REVERSIBLE, 0, 0)),
                        rest(gradients(model.with(Branch.FUSED), Backprop.STORE, 0, 0)));

        if (model.branch == Branch.BFLOAT16) {
            assertThat(distance).isBetween(1e-5, 3e-2);
        } else {
            assertThat(distance).isLessThan(1e-5);
        }
    }

    static Stream<Case> rebuilt() {
        return cases(
                "bdia, bdia/4, midpoint | gpt, seq2seq | GELU_TANH EXACT | 0.1 0 | FUSED | 0 | 2, 6, 12, 24",
                "bdia, bdia/4 | vit | GELU_TANH EXACT | 0 0 | PLAIN, FUSED, BFLOAT16 | 0, 1, 4 | 2, 24",
                "bdia, bdia/4 | gpt | GELU_TANH EXACT | 0.1 0 | FUSED, BFLOAT16 | 0, 1, 4 | 2, 24",
                "bdia, bdia/4 | locality vit | GELU_TANH EXACT | 0 0 | FUSED | 0, 1, 4 | 2, 24",
                "bdia, bdia/4 | locality vit | GELU_TANH EXACT | 0.1 0 | BFLOAT16 | 0, 1, 4 | 2, 24",
                "bdia | gpt | SILU INVERTED, SILU SIGN_BIT | 0 0 | FUSED, BFLOAT16 | 0 | 12",
                "bdia | gpt | SILU INVERTED, SILU SIGN_BIT | 0.1 0 | BFLOAT16 | 0 | 12",
                "bdia | vit, seq2seq | GELU EXACT | 0.1 0.2 | BFLOAT16 | 0 | 3",
                "bdia | long gpt | GELU EXACT | 0 0 | BFLOAT16 | 0 | 3",
                "midpoint | vit | GELU EXACT | 0.1 0 | FUSED | 0 | 48");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rebuilt")
    void everyStateIsRebuiltBitForBit(Case model) {
        assertRebuilt(model.subject(Backprop.REVERSIBLE, 0, 0, manager));
    }

    static Stream<Case> trained() {
        return cases(
                "midpoint | vit | GELU EXACT | 0.1 0 | FUSED | 0 | 48",
                "bdia | seq2seq | GELU EXACT | 0.1 0.2 | BFLOAT16 | 0 | 3");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("trained")
    void everyStateOfATrainedModelIsRebuiltBitForBit(Case model) {
        GuardSubject subject = model.subject(Backprop.REVERSIBLE, 0, 0, manager);
        new Trainer(subject.model(), subject.task(), TrainConfig.of(1, BATCH, 1e-3), 4)
                .train(manager);
        assertRebuilt(subject);
    }

    private void assertRebuilt(GuardSubject subject) {
        try (Batch batch = subject.task().training(manager, 3, 0, 0, BATCH)) {
            var key = new StepKey(3, 0, batch.sampleIds());
            for (GuardSubject.Entry entry : subject.entries(GuardSubject.padded(batch))) {
                var rebuilt =
                        Reconstruction.of(entry.stack(), entry.x().mul(50), entry.context(), key);
                int states = entry.stack().depth() + 1;
                assertThat(rebuilt.states()).hasSize(states);
                assertThat(rebuilt.activations()).isEqualTo(states * entry.x().size());
                assertThat(rebuilt.mismatches()).isZero();
                assertThat(rebuilt.inputError()).isZero();
            }
        }
    }

    static Stream<Case> alive() {
        return cases(
                ALL + " | vit, gpt, seq2seq | GELU EXACT | 0.1 0.2 | FUSED | 0 | 3",
                "bdia | vit | GELU INVERTED | 0 0, 0.1 0.5 | FUSED | 0 | 4",
                "bdia | vit | GELU EXACT | 0 0, 0 0.5 | PLAIN | 0, 4 | 4",
                "bdia | gpt | GELU EXACT | 0.1 0.2 | INNER, BFLOAT16 | 4 | 3");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("alive")
    void liveArraysStayFlat(Case model) {
        for (Backprop backprop : Backprop.values()) {
            if (backprop != Backprop.REVERSIBLE || model.method.invertible()) {
                GuardSubject subject = model.subject(backprop, 0, 0, manager);
                assertLiveArraysStayFlat(
                        step -> {
                            subject.gradients(BATCH, manager);
                            try (var batch = subject.task().training(manager, 3, step, 0, BATCH)) {
                                subject.model().predict(batch.inputs()).close();
                            }
                        });
            }
        }
    }
}
