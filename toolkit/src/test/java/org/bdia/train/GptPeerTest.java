package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.nn.Gpt;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our logits against ci/peers/gpt2.py's on the same weights; skipped where no Python has PyTorch. */
class GptPeerTest {

    private static final Path PEER = Path.of("..", "ci", "peers", "gpt2.py");
    private static final int MISSING = 3;

    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource(names = {"GELU", "GELU_TANH"})
    void logitsEqualThoseOfAnIndependentImplementation(ActivationConfig.Function gelu)
            throws Exception {
        GptConfig config = new GptConfig(97, 24, 32, 4, 4, 48, 0.1, ActivationConfig.of(gelu));
        Path weights = folder.resolve("weights.safetensors");
        long[][] ids = new long[3][24];
        for (int i = 0; i < 72; i++) {
            ids[i / 24][i % 24] = (i * 31L + 7) % 97;
        }
        float[] ours;
        float[] quantised;
        try (NDManager manager = NDManager.newBaseManager()) {
            Gpt gpt = new Gpt(config, Method.standard(), Backprop.STORE);
            gpt.initialize(manager, 11);
            // Weights of a trained model's size, so that an error anywhere shows.
            gpt.getParameters().forEach(p -> p.getValue().getArray().muli(4));
            GptWeights.save(weights, gpt);
            NDArray rows =
                    manager.create(
                            Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray(),
                            new Shape(3, 24));
            ours = gpt.predict(new NDList(rows)).toFloatArray();
            Gpt bdia = new Gpt(config, Method.bdia(0.5), Backprop.REVERSIBLE);
            bdia.initialize(manager, 1);
            GptWeights.load(weights, bdia);
            quantised = bdia.predict(new NDList(rows)).toFloatArray();
        }

        Optional<float[]> peer = peer(config, weights, ids);

        assumeTrue(peer.isPresent(), "skipped: no python3 here has PyTorch");
        assertThat(ours).usingComparatorWithPrecision(1e-4f).containsExactly(peer.orElseThrow());
        assertThat(quantised)
                .usingComparatorWithPrecision(0.5f) // the grid's step is 0.002, the logits reach 10
                .containsExactly(peer.orElseThrow());
        assertThat(ours[0]).isNotEqualTo(ours[97]);
    }

    private Optional<float[]> peer(GptConfig config, Path weights, long[][] ids)
            throws IOException, InterruptedException {
        Path request = folder.resolve("ids.json");
        Path logits = folder.resolve("logits.bin");
        boolean tanh =
                config.activation()
                        .equals(ActivationConfig.of(ActivationConfig.Function.GELU_TANH));
        String gelu = tanh ? "tanh" : "erf";
        new ObjectMapper()
                .writeValue(
                        request.toFile(),
                        Map.of("heads", config.heads(), "gelu", gelu, "ids", ids));
        for (String python : List.of("python3", "/usr/bin/python3")) {
            Process process;
            try {
                process =
                        new ProcessBuilder(
                                        python,
                                        PEER.toString(),
                                        weights.toString(),
                                        request.toString(),
                                        logits.toString())
                                .redirectErrorStream(true)
                                .start();
            } catch (IOException e) {
                continue; // there is no such Python
            }
            String output =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            if (process.exitValue() == MISSING) {
                continue;
            }
            assertThat(process.exitValue()).as(output).isZero();
            float[] values = new float[ids.length * ids[0].length * config.vocabulary()];
            ByteBuffer.wrap(Files.readAllBytes(logits))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            return Optional.of(values);
        }
        return Optional.empty();
    }
}
