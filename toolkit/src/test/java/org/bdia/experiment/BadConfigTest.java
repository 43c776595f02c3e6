package org.bdia.experiment;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bdia.BadInput;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Json;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.config.RunConfig;
import org.bdia.report.Profile;
import org.bdia.torch.Devices;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations, profiles and devices that cannot be. */
class BadConfigTest {

    private static final String JSON = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 7).json();

    static Stream<BadInput> files() {
        return Stream.of(
                text(
                        "no file",
                        json -> null,
                        ": expected a readable file of UTF-8 text, found no such file; check the path, "
                                + "or, in a run's folder, remove the folder and run it again"),
                new BadInput(
                        "a folder",
                        root -> Files.createDirectory(root.resolve("config.json")),
                        root -> Json.read(root.resolve("config.json"), RunConfig.class),
                        "ROOT/config.json: expected a readable file of UTF-8 text, found a folder; check the"
                                + " path, or, in a run's folder, remove the folder and run it again"),
                text(
                        "nothing",
                        json -> "",
                        ": expected one JSON object, found nothing; it begins with { and ends with }"),
                text(
                        "no JSON",
                        json -> "seed: 7",
                        " at line 1, column 1: expected JSON, found: Unrecognized token 'seed': was "
                                + "expecting (JSON String, Number, Array, Object or token 'null', 'true' or "
                                + "'false'); fix the file there, or write it again"),
                text(
                        "cut short",
                        json -> json.substring(0, 40),
                        " at line 1, column 41: expected JSON, found: Unexpected end-of-input in field "
                                + "name; fix the file there, or write it again"),
                text(
                        "more than one",
                        json -> json + "{}",
                        ": expected one JSON object, found more after its end; remove what follows"),
                text(
                        "a list",
                        json -> "[" + json + "]",
                        ": expected one JSON object, found array; it begins with { and ends with }"),
                edit(
                        "key twice",
                        "{\"backprop\":",
                        "{\"backprop\":\"STORE\",\"backprop\":",
                        " at line 1, column 31: expected JSON, found: Duplicate field 'backprop'; fix "
                                + "the file there, or write it again"),
                edit(
                        "unknown key",
                        "\"seed\":7",
                        "\"seeds\":7",
                        ": key 'seed' is missing; found the keys [backprop, method, model, seeds, "
                                + "task, train, verify]"),
                edit(
                        "unknown precision",
                        "\"seed\":7",
                        "\"precision\":\"BF16\",\"seed\":7",
                        ": key 'precision' must be one of [FLOAT32, BFLOAT16_BRANCH], but is \"BF16\""),
                edit(
                        "unknown key within",
                        "\"epochs\":2",
                        "\"epochs\":2,\"epoch\":3",
                        ": key 'train.epoch' is unknown; expected one of [batch, checkpointEvery, "
                                + "clipBy, clipNorm, epochs, evaluateEvery, headTokens, labelSmoothing, "
                                + "microBatches, optimizer, patience, schedule, update]"),
                edit(
                        "missing key",
                        "\"batch\":10,",
                        "",
                        ": key 'train.batch' is missing; found the keys [checkpointEvery, clipNorm, "
                                + "epochs, evaluateEvery, labelSmoothing, optimizer, schedule]"),
                edit(
                        "null",
                        "\"batch\":10",
                        "\"batch\":null",
                        ": key 'train.batch' must be int, but is null"),
                edit(
                        "text for a number",
                        "\"batch\":10",
                        "\"batch\":\"10\"",
                        ": key 'train.batch' must be int, but is \"10\""),
                edit(
                        "fraction for a whole number",
                        "\"batch\":10",
                        "\"batch\":1.5",
                        ": key 'train.batch' must be int, but is 1.5"),
                edit(
                        "number for a truth",
                        "\"verify\":true",
                        "\"verify\":1",
                        ": key 'verify' must be boolean, but is 1"),
                edit(
                        "too large",
                        "\"batch\":10",
                        "\"batch\":3000000000",
                        ": key 'train.batch': Numeric value (3000000000) out of range of int "
                                + "(-2147483648 - 2147483647)"),
                edit(
                        "unknown method",
                        "\"name\":\"bdia\"",
                        "\"name\":\"bida\"",
                        ": key 'method.name' is \"bida\"; expected one of [bdia, bdia-float, midpoint, quantised, revnet, "
                                + "standard]"),
                edit(
                        "no method",
                        "\"name\":\"bdia\"",
                        "\"nam\":\"bdia\"",
                        ": key 'method.name' is missing; expected one of [bdia, bdia-float, midpoint, quantised, revnet, "
                                + "standard]"),
                edit(
                        "unknown task",
                        "\"name\":\"images\"",
                        "\"name\":\"image\"",
                        ": key 'task.name' is \"image\"; expected one of [e2e-nlg, images, "
                                + "own-completions, own-images, own-pairs, own-text, text, translation]"),
                edit(
                        "unknown set",
                        "\"CIFAR_10\"",
                        "\"MNIST\"",
                        ": key 'task.kind' must be one of [CIFAR_10, CIFAR_100], but is \"MNIST\""),
                edit(
                        "unknown backprop",
                        "\"REVERSIBLE\"",
                        "\"REVERSE\"",
                        ": key 'backprop' must be one of [STORE, CHECKPOINT, REVERSIBLE], but is "
                                + "\"REVERSE\""),
                edit(
                        "no epochs",
                        "\"epochs\":2",
                        "\"epochs\":0",
                        ": key 'train': epochs must be at least 1, but is 0"),
                edit(
                        "clipNorm",
                        "\"clipNorm\":1.0",
                        "\"clipNorm\":-1.0",
                        ": key 'train': clipNorm must be above 0 and finite, or 0 for no clipping, but is -1.0"),
                edit(
                        "labelSmoothing",
                        "\"labelSmoothing\":0.0",
                        "\"labelSmoothing\":1.0",
                        ": key 'train': labelSmoothing must be at least 0 and below 1, but is 1.0"),
                edit(
                        "learning rate",
                        "\"peak\":0.001",
                        "\"peak\":0.0",
                        ": key 'train.schedule': the learning rate must be above 0 and finite, but is "
                                + "0.0"),
                edit(
                        "beta",
                        "\"beta1\":0.9",
                        "\"beta1\":1.0",
                        ": key 'train.optimizer': an optimiser needs 0 <= beta1, beta2 < 1, but they are "
                                + "1.0 and 0.999"),
                edit(
                        "epsilon",
                        "\"epsilon\":1.0E-8",
                        "\"epsilon\":1.0E-50",
                        ": key 'train.optimizer': an optimiser's epsilon must be finite and at least "
                                + "1.17549435E-38, the smallest float32 of full precision, but is 1.0E-50"),
                edit(
                        "epsilon, not finite",
                        "\"epsilon\":1.0E-8",
                        "\"epsilon\":1.0E999",
                        ": key 'train.optimizer': an optimiser's epsilon must be finite and at least "
                                + "1.17549435E-38, the smallest float32 of full precision, but is Infinity"),
                edit(
                        "weight decay",
                        "\"weightDecay\":0.05",
                        "\"weightDecay\":1.0E999",
                        ": key 'train.optimizer': weightDecay must be 0 or more and finite, but is Infinity"),
                edit(
                        "clipNorm, not finite",
                        "\"clipNorm\":1.0",
                        "\"clipNorm\":1.0E999",
                        ": key 'train': clipNorm must be above 0 and finite, or 0 for no clipping, but is "
                                + "Infinity"),
                edit(
                        "gamma",
                        "\"gamma\":0.5",
                        "\"gamma\":0.3",
                        ": key 'method': exact BDIA needs |gamma| = 0.5 (one side bit) or 0.25 (two), "
                                + "but gamma is 0.3; other values exist only in floating point, as "
                                + "Method.bdiaFloat(0.3)"),
                edit(
                        "level",
                        "\"level\":9",
                        "\"level\":17",
                        ": key 'method': level must be 1 to 16 (grid step 2^-level), but is 17; the "
                                + "paper uses 9"),
                edit(
                        "dropout",
                        "\"dropout\":0.0",
                        "\"dropout\":1.0",
                        ": key 'model': dropout must be at least 0 and below 1, but is 1.0"),
                edit(
                        "depth",
                        "\"depth\":2",
                        "\"depth\":0",
                        ": key 'model': depth must be at least 1, but is 0"),
                edit(
                        "heads and width",
                        "\"heads\":2",
                        "\"heads\":3",
                        ": width must be a multiple of heads, but width is 8 and heads is " + "3"),
                edit(
                        "image and patch",
                        "\"patch\":4",
                        "\"patch\":5",
                        ": key 'model': image must be a multiple of patch, but image is 32 and patch "
                                + "is 5"),
                edit(
                        "endless images",
                        "\"test\":10",
                        "\"test\":-1",
                        ": key 'task': test must be at least 1 image, but is -1"),
                edit(
                        "method and backprop",
                        "{\"gamma\":0.5,\"level\":9,\"name\":\"bdia\",\"per\":\"SAMPLE\"}",
                        "{\"name\":\"standard\"}",
                        ": Backprop.REVERSIBLE needs a method with an inverse, but Standard[] has "
                                + "none; use Method.bdia(0.5), or Backprop.STORE or Backprop.CHECKPOINT"));
    }

    static Stream<BadInput> settings() {
        return Stream.of(
                BadInput.of(
                        "profile",
                        root -> Profile.of("desktop"),
                        "there is no profile 'desktop'; choose one of smoke, laptop, paper"),
                BadInput.of(
                        "device",
                        root -> Devices.of("cuda:0", 1),
                        "BDIA_DEVICE must be cpu, gpu, or gpu and a number, but is 'cuda:0'"),
                BadInput.of(
                        "absent GPU",
                        root -> Devices.of("gpu1", 1),
                        "BDIA_DEVICE is gpu1, but the engine sees 1 GPU(s); run bdia doctor, or set "
                                + "BDIA_DEVICE=cpu"),
                BadInput.of(
                        "seeds",
                        root -> environment("three").seeds(1),
                        "BDIA_SEEDS must be a number of seeds, at least 1, but is 'three'"),
                BadInput.of(
                        "no seeds",
                        root -> environment("0").seeds(1),
                        "BDIA_SEEDS must be at least 1, but is 0"),
                BadInput.of(
                        "float gamma",
                        root -> Method.bdiaFloat(0),
                        "floating-point BDIA needs 0 < |gamma| <= 1, but gamma is 0.0; gamma = 0 is "
                                + "Method.standard()"),
                BadInput.of(
                        "vocabulary",
                        root -> GptConfig.nano().withVocabulary(1),
                        "vocabulary must be at least 2, but is 1"),
                BadInput.of(
                        "bfloat16 without kernels",
                        root ->
                                Execution.of(Backprop.STORE)
                                        .withPrecision(Precision.BFLOAT16_BRANCH)
                                        .withKernels(Kernels.PLAIN),
                        "Precision.BFLOAT16_BRANCH needs Kernels.FUSED: DJL's own operations have no "
                                + "bfloat16"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void badConfigurationsAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    @ParameterizedTest
    @MethodSource("settings")
    void badSettingsAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static Environment environment(String seeds) {
        return Environment.of(Map.of("BDIA_SEEDS", seeds));
    }

    private static BadInput edit(String name, String from, String to, String message) {
        if (!JSON.contains(from)) {
            throw new IllegalStateException(
                    name + ": the configuration has no " + from + ": " + JSON);
        }
        return text(name, json -> json.replace(from, to), message);
    }

    /** An edited file; the message goes on after its name. */
    private static BadInput text(String name, UnaryOperator<String> edit, String message) {
        return new BadInput(
                name,
                root -> {
                    String text = edit.apply(JSON);
                    if (text != null) {
                        BadInput.write(
                                root.resolve("config.json"), text.getBytes(StandardCharsets.UTF_8));
                    }
                },
                root -> Json.read(root.resolve("config.json"), RunConfig.class),
                "ROOT/config.json" + message);
    }
}
