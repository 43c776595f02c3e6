package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our logits against those of ci/peers on the same weights; skipped where no Python has PyTorch. */
class PeerTest extends TensorTest {

    private static final Path PEERS = Path.of("..", "ci", "peers");
    private static final int MISSING = 3;

    /** The grid's step is 0.002, and the logits reach 10. */
    private static final float GRID = 0.5f;

    @TempDir private Path folder;
    private Path weights;
    private Path request;

    @BeforeEach
    void open() {
        weights = folder.resolve("weights.safetensors");
        request = folder.resolve("request");
    }

    @ParameterizedTest
    @EnumSource(names = {"GELU", "GELU_TANH"})
    void gptIsGpt2(ActivationConfig.Function gelu) throws Exception {
        GptConfig config = new GptConfig(97, 24, 32, 4, 4, 48, 0.1, ActivationConfig.of(gelu));
        long[][] ids = ids(24, 97);
        String word = gelu == ActivationConfig.Function.GELU ? "erf" : "tanh";
        new ObjectMapper()
                .writeValue(request.toFile(), Map.of("heads", 4, "gelu", word, "ids", ids));

        assertSameLogits(
                "gpt2.py",
                new Gpt(config, Method.standard(), Backprop.STORE),
                new Gpt(config, Method.bdia(0.5), Backprop.REVERSIBLE),
                new NDList(array(ids)));
    }

    @ParameterizedTest
    @EnumSource
    void visionTransformerIsTimms(VitConfig.Pooling pooling) throws Exception {
        VitConfig config =
                VitConfig.smoke().withDepth(3).withWidth(16).withHeads(4).withPooling(pooling);
        float[] pixels = new float[2 * 3 * 32 * 32];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (i * 31 + 7) % 97 / 48f - 1;
        }
        ByteBuffer bytes =
                ByteBuffer.allocate(pixels.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(pixels);
        Files.write(request, bytes.array());

        assertSameLogits(
                "vit.py",
                new VisionTransformer(config, Method.standard(), Backprop.STORE),
                new VisionTransformer(config, Method.bdia(0.5), Backprop.REVERSIBLE),
                new NDList(manager.create(pixels, new Shape(2, 3, 32, 32))));
    }

    @Test
    void seq2SeqIsTorchsTransformer() throws Exception {
        Seq2SeqConfig config = new Seq2SeqConfig(89, 97, 24, 32, 2, 3, 4, 48, 0.1);
        long[][] source = ids(20, 89);
        Arrays.fill(source[1], 13, 20, Seq2Seq.PAD);
        long[][] target = ids(24, 97);
        new ObjectMapper().writeValue(request.toFile(), Map.of("source", source, "target", target));

        assertSameLogits(
                "seq2seq.py",
                new Seq2Seq(config, Method.standard(), Backprop.STORE),
                new Seq2Seq(config, Method.bdia(0.5), Backprop.REVERSIBLE),
                new NDList(array(source), array(target)));
    }

    private void assertSameLogits(
            String peer, ReversibleModel plain, ReversibleModel bdia, NDList inputs)
            throws Exception {
        plain.initialize(manager, 11);
        // Weights of a trained model's size, so that an error anywhere shows.
        plain.getParameters().forEach(p -> p.getValue().getArray().muli(scale(peer, p.getKey())));
        TorchWeights.save(weights, plain);
        bdia.initialize(manager, 1);
        TorchWeights.load(weights, bdia);
        float[] ours = plain.predict(inputs).toFloatArray();
        float[] quantised = bdia.predict(inputs).toFloatArray();

        Optional<float[]> theirs = logits(peer, ours.length);

        assumeTrue(theirs.isPresent(), "skipped: no python3 here has PyTorch");
        float largest = largestDifference(theirs.orElseThrow(), new float[ours.length]);
        assertThat(largestDifference(ours, theirs.orElseThrow())).isLessThan(1e-5f * largest);
        assertThat(largestDifference(quantised, theirs.orElseThrow())).isLessThan(GRID);
        assertThat(ours[0]).isNotEqualTo(ours[ours.length / 2]);
    }

    /** Translators have Xavier's matrices, but embeddings that are drawn as small as GPT-2's. */
    private static int scale(String peer, String parameter) {
        return switch (peer) {
            case "gpt2.py" -> 4;
            case "vit.py" -> 2;
            default -> parameter.matches("\\d+(source|target)_.*") ? 25 : 1;
        };
    }

    private static float largestDifference(float[] a, float[] b) {
        float largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    /** Three rows; no id is 0, which is padding. */
    private static long[][] ids(int tokens, int vocabulary) {
        long[][] ids = new long[3][tokens];
        for (int i = 0; i < 3 * tokens; i++) {
            ids[i / tokens][i % tokens] = 1 + (i * 31L + 7) % (vocabulary - 1);
        }
        return ids;
    }

    private NDArray array(long[][] ids) {
        return manager.create(
                Arrays.stream(ids).flatMapToLong(Arrays::stream).toArray(),
                new Shape(ids.length, ids[0].length));
    }

    private Optional<float[]> logits(String peer, int size)
            throws IOException, InterruptedException {
        Path logits = folder.resolve("logits.bin");
        String named = System.getenv().getOrDefault("BDIA_PYTHON", "python3");
        for (String python : List.of(named, "python3", "/usr/bin/python3")) {
            Process process;
            try {
                process =
                        new ProcessBuilder(
                                        python,
                                        PEERS.resolve(peer).toString(),
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
            float[] values = new float[size];
            ByteBuffer.wrap(Files.readAllBytes(logits))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .get(values);
            return Optional.of(values);
        }
        return Optional.empty();
    }
}
