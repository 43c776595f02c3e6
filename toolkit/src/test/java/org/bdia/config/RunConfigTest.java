package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.bdia.data.Cifar;
import org.bdia.data.Parts;
import org.bdia.data.TextCorpus;
import org.junit.jupiter.api.Test;

class RunConfigTest {

    private static final TaskConfig.Images IMAGES =
            new TaskConfig.Images(Cifar.Kind.CIFAR_10, 100, 10, Parts.ALL, true, 3, false);
    private static final TaskConfig TEXT =
            new TaskConfig.Text(
                    TextCorpus.Source.SHAKESPEARE,
                    TextCorpus.Unit.CHARACTERS,
                    900,
                    200,
                    500,
                    0,
                    true);
    private static final TaskConfig.Translation PAIRS =
            new TaskConfig.Translation(60, 8, 12, 9, 60, 2, 0, true);
    private static final RunConfig CONFIG =
            new RunConfig(
                    IMAGES,
                    VitConfig.paper(),
                    Method.bdia(0.25).withLevel(8),
                    Backprop.REVERSIBLE,
                    true,
                    TrainConfig.of(3, 16, 1e-3),
                    7);

    @Test
    void everyKindOfConfigurationSurvivesJson() {
        Stream<RunConfig> methods =
                Methods.all().stream().map(method -> with(method, method.backprop()));
        Stream<RunConfig> others =
                Stream.of(
                        CONFIG,
                        with(Method.quantised().withLevel(5), Backprop.CHECKPOINT),
                        with(Method.bdiaFloat(0.6), Backprop.STORE),
                        with(Method.midpoint().withLevel(8), Backprop.REVERSIBLE),
                        with(Method.bdia(0.5).withLevel(12).perBatch(), Backprop.REVERSIBLE),
                        with(Method.bdiaFloat(0.5).uniform(), Backprop.CHECKPOINT),
                        with(Method.bdiaFloat(0.5).perBatch(), Backprop.REVERSIBLE),
                        with(Method.bdiaFloat(0.5).uniform().perBatch(), Backprop.STORE),
                        withModel(VitConfig.smoke().withDropPath(0.1)),
                        with(TEXT, GptConfig.nano().withDropPath(0.2)),
                        with(PAIRS, Seq2SeqConfig.laptop().withDropPath(0.3)),
                        new RunConfig(
                                IMAGES.withSizes(100, 10, 20).withSynthetic(true),
                                VitConfig.laptop(),
                                Method.bdia(0.5),
                                Backprop.STORE,
                                false,
                                CONFIG.train()
                                        .withSchedule(new Schedule.Constant(0.1))
                                        .withOptimizer(OptimizerConfig.setAdam()),
                                1));
        List<RunConfig> configs = Stream.concat(methods, others).toList();
        for (RunConfig config : configs) {
            assertThat(Json.parse(config.json(), RunConfig.class, "text")).isEqualTo(config);
        }
        assertThat(configs.stream().map(RunConfig::id).distinct()).hasSize(configs.size());
    }

    @Test
    void aModelOfAnotherKindThanTheTaskIsRefused() {
        assertThatThrownBy(() -> withModel(GptConfig.nano()))
                .hasMessage("the task cifar10 needs a VitConfig, but its model is a GptConfig");
        assertThatThrownBy(() -> with(TEXT, VitConfig.smoke()))
                .hasMessage("the task shakespeare needs a GptConfig, but its model is a VitConfig");
        assertThatThrownBy(() -> with(PAIRS, GptConfig.nano()))
                .hasMessageContaining("the task translation needs a Seq2SeqConfig");
    }

    @Test
    void fewerThanOneBeamIsRefused() {
        assertThatThrownBy(() -> PAIRS.withBeams(0))
                .hasMessageContaining("beams must be at least 1, but is 0");
    }

    /** The names of runs that were recorded before patience existed must stay. */
    @Test
    void patienceIsSaidOnlyWhereItIsOn() {
        RunConfig patient = CONFIG.withTrain(CONFIG.train().withPatience(3));

        assertThat(CONFIG.json()).doesNotContain("patience");
        assertThat(CONFIG.id()).isEqualTo("8bf33319ccf9");
        assertThat(patient.json()).contains("\"optimizer\"").contains(",\"patience\":3,");
        assertThat(Json.parse(patient.json(), RunConfig.class, "text")).isEqualTo(patient);
        assertThat(patient.id()).isNotEqualTo(CONFIG.id());
        String off = patient.json().replace("\"patience\":3", "\"patience\":0");
        assertThat(Json.parse(off, RunConfig.class, "text")).isEqualTo(CONFIG);
        assertRefused(
                patient.json().replace("\"patience\":3", "\"patience\":-1"), "patience must be");
        assertRefused(patient.json().replace("\"patience\":3", "\"patience\":null"), "patience");
    }

    @Test
    void microBatchesAreSaidOnlyWhereTheyAreMoreThanOne() {
        RunConfig parts = CONFIG.withTrain(CONFIG.train().withBatch(8).withMicroBatches(4));

        assertThat(CONFIG.json()).doesNotContain("microBatches");
        assertThat(parts.json()).contains("\"microBatches\":4,");
        assertThat(Json.parse(parts.json(), RunConfig.class, "text")).isEqualTo(parts);
        RunConfig whole = CONFIG.withTrain(CONFIG.train().withBatch(8));
        for (String off : List.of("0", "1")) {
            String json = parts.json().replace("\"microBatches\":4", "\"microBatches\":" + off);
            assertThat(Json.parse(json, RunConfig.class, "text").id()).isEqualTo(whole.id());
        }
        assertRefused(
                parts.json().replace("\"microBatches\":4", "\"microBatches\":9"),
                "microBatches must be 1 to the batch of 8 samples");
        assertRefused(
                parts.json().replace("\"microBatches\":4", "\"microBatches\":-1"), "but is -1");
        assertThat(parts.train().withMicroBatches(3).samplesAtOnce()).isEqualTo(3);
        assertThat(whole.train().samplesAtOnce()).isEqualTo(8);
    }

    /** The names of runs that were recorded before heads worked in slices must stay. */
    @Test
    void headTokensAreSaidOnlyWhereTheyAreSet() {
        RunConfig text =
                new RunConfig(
                        TEXT,
                        GptConfig.nano(),
                        Method.standard(),
                        Backprop.STORE,
                        false,
                        CONFIG.train(),
                        0);
        RunConfig sliced = text.withTrain(text.train().withHeadTokens(128));

        assertThat(text.json()).doesNotContain("headTokens");
        assertThat(sliced.json()).contains("\"headTokens\":128,");
        assertThat(Json.parse(sliced.json(), RunConfig.class, "text")).isEqualTo(sliced);
        assertThat(sliced.id()).isNotEqualTo(text.id());
        String off = sliced.json().replace("\"headTokens\":128", "\"headTokens\":0");
        assertThat(Json.parse(off, RunConfig.class, "text")).isEqualTo(text);
        assertRefused(
                sliced.json().replace("\"headTokens\":128", "\"headTokens\":-1"),
                "headTokens must be");
        assertThatThrownBy(() -> CONFIG.withTrain(CONFIG.train().withHeadTokens(8)))
                .hasMessageContaining("train.headTokens is 8, but an image model has one output");
    }

    /** The names of runs that were recorded before a run had a precision must stay. */
    @Test
    void thePrecisionIsSaidOnlyWhereItIsNotFloat32() {
        RunConfig half = CONFIG.withPrecision(Precision.BFLOAT16_BRANCH);

        assertThat(CONFIG.json()).doesNotContain("precision");
        assertThat(half.json()).contains("\"precision\":\"BFLOAT16_BRANCH\",");
        assertThat(half.execution().precision()).isEqualTo(Precision.BFLOAT16_BRANCH);
        assertThat(Json.parse(half.json(), RunConfig.class, "text")).isEqualTo(half);
        assertThat(half.id()).isNotEqualTo(CONFIG.id());
        String off = half.json().replace("BFLOAT16_BRANCH", "FLOAT32");
        assertThat(Json.parse(off, RunConfig.class, "text")).isEqualTo(CONFIG);
        assertRefused(half.json().replace("\"BFLOAT16_BRANCH\"", "null"), "key 'precision'");
    }

    private static RunConfig withModel(ModelConfig model) {
        return with(IMAGES, model);
    }

    @Test
    void everyActivationOfEveryModelSurvivesJson() {
        for (String word : List.of("gelu", "gelu-tanh", "silu", "relu", "inverted-gelu")) {
            ActivationConfig activation = ActivationConfig.parse(word);
            for (ModelConfig model :
                    List.of(VitConfig.smoke(), GptConfig.nano(), Seq2SeqConfig.smoke())) {
                ModelConfig changed = model.withActivation(activation);
                String json = Json.canonical(changed);
                assertThat(Json.parse(json, ModelConfig.class, "text")).isEqualTo(changed);
                assertThat(json).contains("\"activation\":\"" + word + "\"");
            }
        }
        assertThatThrownBy(
                        () ->
                                Json.parse(
                                        Json.canonical(
                                                        VitConfig.smoke()
                                                                .withActivation(
                                                                        ActivationConfig.parse(
                                                                                "silu")))
                                                .replace("silu", "sine"),
                                        ModelConfig.class,
                                        "text"))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("activation is \"sine\"; expected gelu,");
    }

    @Test
    void unknownKeysValuesOutOfRangeAndContradictionsAreRefusedByName() {
        String json = CONFIG.json();
        assertRefused(json.replace("\"epochs\":3", "\"epochs\":3,\"epoch\":4"), "epoch");
        assertRefused(json.replace("\"epochs\":3", "\"epochs\":0"), "epochs must be at least 1");
        assertRefused(json.replace("\"epochs\":3", "\"epochs\":\"3\""), "epochs");
        assertRefused(json.replace("\"bdia\"", "\"bida\""), "bida");
        assertRefused(json.replace("\"gamma\":0.25", "\"gamma\":0.3"), "|gamma| = 0.5");
        assertRefused(
                json.replace("\"train\":100", "\"train\":0"), "train must be at least 1 image");
        assertRefused(json.replace("\"synthetic\":false", "\"synthetic\":true"), "test must be");
        assertRefused(json.replace("\"level\":8", "\"level\":40"), "level must be 1 to 16");
        assertRefused(
                json.replace("\"heads\":8", "\"heads\":7"), "width must be a multiple of heads");
        assertRefused(json.replace("\"dropPath\":0.0", "\"dropPath\":1"), "dropPath must be");
        assertRefused(json.replace(",\"per\":\"SAMPLE\"", ""), "key 'method.per' is missing");
        assertRefused(
                json.replaceFirst("\"method\":\\{[^}]*\\}", "\"method\":{\"name\":\"standard\"}"),
                "REVERSIBLE needs a method with an inverse");
    }

    @Test
    void aUniformGammaIsNotReversed() {
        String json = with(Method.bdiaFloat(0.5).uniform(), Backprop.CHECKPOINT).json();
        assertRefused(json.replace("CHECKPOINT", "REVERSIBLE"), "gamma that may be next to 0");
    }

    private static void assertRefused(String json, String message) {
        assertThat(json).isNotEqualTo(CONFIG.json());
        assertThatThrownBy(() -> Json.parse(json, RunConfig.class, "config.json"))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    private static RunConfig with(TaskConfig task, ModelConfig model) {
        return new RunConfig(
                task, model, Method.standard(), Backprop.STORE, false, CONFIG.train(), 0);
    }

    private static RunConfig with(Method method, Backprop backprop) {
        return new RunConfig(IMAGES, VitConfig.smoke(), method, backprop, false, CONFIG.train(), 0);
    }
}
