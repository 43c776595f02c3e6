package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bdia.nn.Activation;
import org.bdia.nn.Gpt;
import org.bdia.nn.GptConfig;
import org.bdia.train.Safetensors.Described;
import org.bdia.train.SafetensorsHeader.Tensor;

/**
 * GPT-2's weights in a safetensors file as Hugging Face publishes them: matrices (in, out), the head tied to the token
 * embedding, names with or without the prefix {@code transformer.}. Files are written with it, as GPT2LMHeadModel's are.
 */
public final class GptWeights {

    private static final String PREFIX = "transformer.";
    private static final String HEAD = "lm_head.weight";
    private static final int HEAD_WIDTH = 64;

    private GptWeights() {}

    /**
     * The architecture of a file's model, dropout 0.1; heads are 64 wide, as in every GPT-2 that was published.
     *
     * @throws IllegalArgumentException if the file is no whole safetensors file of a GPT-2
     * @throws UncheckedIOException if the file cannot be read
     */
    public static GptConfig config(Path file) {
        try (FileChannel channel = FileChannel.open(file)) {
            Map<String, Tensor> tensors = named(SafetensorsHeader.read(file, channel));
            List<Long> tokens = shape(file, tensors, "wte.weight");
            List<Long> positions = shape(file, tensors, "wpe.weight");
            List<Long> mlp = shape(file, tensors, "h.0.mlp.c_fc.weight");
            int depth = 0;
            while (tensors.containsKey("h." + depth + ".ln_1.weight")) {
                depth++;
            }
            int width = Math.toIntExact(tokens.get(1));
            return new GptConfig(
                    Math.toIntExact(tokens.get(0)),
                    Math.toIntExact(positions.get(0)),
                    width,
                    depth,
                    Math.max(1, width / HEAD_WIDTH),
                    Math.toIntExact(mlp.get(1)),
                    0.1,
                    Activation.of(Activation.Function.GELU_TANH));
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(file, e);
        }
    }

    private static List<Long> shape(Path file, Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null || tensor.shape().size() != 2) {
            throw new IllegalArgumentException(
                    file
                            + ": expected the matrix "
                            + name
                            + " of a GPT-2, found "
                            + (tensor == null ? "none" : tensor.shape())
                            + "; give a file as Hugging Face publishes GPT-2's");
        }
        return tensor.shape();
    }

    /**
     * Copies a file's weights into a model; a file that does not fit changes nothing.
     *
     * @param model an initialised model
     * @throws IllegalArgumentException if the file is no whole safetensors file, a tensor is missing, superfluous or of
     *     another shape or type, or the head is not the token embedding
     * @throws UncheckedIOException if the file cannot be read
     */
    public static void load(Path file, Gpt model) {
        List<GptTensors> targets = GptTensors.of(model);
        try (FileChannel channel = FileChannel.open(file)) {
            Map<String, Tensor> tensors = named(SafetensorsHeader.read(file, channel));
            requireSame(file, tensors, targets);
            requireTied(file, channel, tensors);
            for (GptTensors target : targets) {
                copy(channel, tensors.get(target.name()), target);
            }
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(file, e);
        }
    }

    /** Without the prefix, and without the masks that old files hold. */
    private static Map<String, Tensor> named(SortedMap<String, Tensor> tensors) {
        Map<String, Tensor> named = new TreeMap<>();
        tensors.forEach(
                (name, tensor) -> {
                    String bare = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
                    if (!bare.matches("h\\.\\d+\\.attn\\.(masked_)?bias")) {
                        named.put(bare, tensor);
                    }
                });
        return named;
    }

    private static void requireSame(
            Path file, Map<String, Tensor> tensors, List<GptTensors> targets) {
        Set<String> superfluous = new TreeSet<>(tensors.keySet());
        superfluous.remove(HEAD);
        for (GptTensors target : targets) {
            Tensor found = tensors.get(target.name());
            String expected = "F32" + target.shape();
            if (found == null || !expected.equals(found.type() + found.shape())) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: expected the tensor %s as %s, found %s; GptWeights.config(file) says"
                                        + " which model it fits",
                                file,
                                target.name(),
                                expected,
                                found == null ? "none" : found.type() + found.shape()));
            }
            superfluous.remove(target.name());
        }
        if (!superfluous.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s holds tensors that the model has not: %s; GptWeights.config(file) says"
                                    + " which model it fits",
                            file,
                            superfluous));
        }
    }

    private static void requireTied(Path file, FileChannel channel, Map<String, Tensor> tensors)
            throws IOException {
        Tensor head = tensors.get(HEAD);
        if (head != null && !map(channel, head).equals(map(channel, tensors.get("wte.weight")))) {
            throw new IllegalArgumentException(
                    file
                            + ": expected "
                            + HEAD
                            + " to be the token embedding wte.weight, as GPT-2's is, found other numbers;"
                            + " save the model with tied weights");
        }
    }

    private static ByteBuffer map(FileChannel channel, Tensor tensor) throws IOException {
        return channel.map(FileChannel.MapMode.READ_ONLY, tensor.begin(), tensor.size())
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void copy(FileChannel channel, Tensor tensor, GptTensors target)
            throws IOException {
        NDArray array = target.array();
        try (NDManager manager = array.getManager().newSubManager()) {
            NDArray value = Safetensors.value(channel, tensor, manager);
            Weights.assign(array, target.transposed() ? value.transpose() : value);
        }
    }

    /**
     * Writes a model's weights; the file appears whole or not at all, and depends on the weights alone.
     *
     * @param file replaced if it is there
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void save(Path file, Gpt model) {
        List<GptTensors> tensors =
                GptTensors.of(model).stream()
                        .sorted(Comparator.comparing(GptTensors::name))
                        .toList();
        try {
            ByteBuffer header = Safetensors.header(tensors.stream().map(GptWeights::of).toList());
            DurableFiles.replace(
                    file,
                    channel -> {
                        Safetensors.write(channel, header);
                        for (GptTensors tensor : tensors) {
                            Safetensors.write(channel, bytes(tensor));
                        }
                    });
        } catch (IOException e) {
            throw SafetensorsHeader.unwritable(file, e);
        }
    }

    private static Described of(GptTensors tensor) {
        return new Described(
                PREFIX + tensor.name(), "F32", tensor.shape(), tensor.array().size() * Float.BYTES);
    }

    private static ByteBuffer bytes(GptTensors tensor) {
        try (NDManager manager = tensor.array().getManager().newSubManager()) {
            NDArray value = tensor.array().stopGradient();
            value.attach(manager);
            if (tensor.transposed()) {
                value = value.transpose().duplicate();
                value.attach(manager);
            }
            return value.toByteBuffer();
        }
    }
}
