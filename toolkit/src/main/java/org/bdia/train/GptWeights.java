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
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bdia.config.GptConfig;
import org.bdia.io.DurableFiles;
import org.bdia.nn.Gpt;
import org.bdia.train.Safetensors.Described;
import org.bdia.train.SafetensorsHeader.Tensor;

/**
 * GPT-2's weights as Hugging Face publishes them, in a safetensors file or in shards with their index: matrices (in, out), the head tied to the token
 * embedding, names with or without the prefix {@code transformer.}. Files are written with it, as GPT2LMHeadModel's are.
 */
public final class GptWeights {

    private static final String PREFIX = "transformer.";
    private static final String HEAD = "lm_head.weight";

    private GptWeights() {}

    /**
     * Reads the architecture of a file's model: from the metadata that {@link #save} writes, else from the {@code config.json}
     * that Hugging Face publishes beside the weights.
     *
     * @param path a safetensors file, the index of a sharded model, or the folder of either
     * @throws IllegalArgumentException if the file is no whole safetensors file of a GPT-2, a shard is missing or malformed, or
     *     neither says the architecture
     * @throws UncheckedIOException if a file cannot be read
     */
    public static GptConfig config(Path path) {
        SafetensorsHeader header = SafetensorsHeader.read(path);
        try {
            return GptArchitecture.find(header.file(), header.metadata(), named(header.tensors()))
                    .orElseThrow(() -> GptArchitecture.unsaid(header.file()));
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(header.file(), e);
        }
    }

    /**
     * Copies a file's weights into a model; a file that does not fit changes nothing. F16 and BF16 become float32, exactly.
     *
     * @param path a safetensors file, the index of a sharded model, or the folder of either
     * @param model an initialised model; its method, dropout and derivative of the activation may be others than the file's
     * @throws IllegalArgumentException if a file is no whole safetensors file, a shard or a tensor is missing, superfluous or of
     *     another shape or type, the head is not the token embedding, or the file's metadata or the config.json beside it say
     *     another number of heads or activation
     * @throws UncheckedIOException if the file cannot be read
     */
    public static void load(Path path, Gpt model) {
        List<GptTensors> targets = GptTensors.of(model);
        SafetensorsHeader header = SafetensorsHeader.read(path);
        Path file = header.file();
        Map<String, Tensor> tensors = named(header.tensors());
        requireSame(file, tensors, targets);
        try {
            Optional<GptConfig> saved =
                    GptArchitecture.findWithoutDropout(file, header.metadata(), tensors);
            if (saved.isPresent()) {
                requireSame(file, saved.get(), model.config());
            }
            requireTied(file, tensors);
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(file, e);
        }
        targets.forEach(target -> copy(tensors.get(target.name()), target));
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
            if (found == null
                    || !found.loadedType().equals("F32")
                    || !found.shape().equals(target.shape())) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: expected the tensor %s as F32, F16 or BF16 of %s, found %s; GptWeights.config(file) says"
                                        + " which model it fits",
                                file,
                                target.name(),
                                target.shape(),
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

    /** Settings that shapes do not show, and that change the logits. */
    private static void requireSame(Path file, GptConfig saved, GptConfig model) {
        if (saved.heads() != model.heads()
                || saved.activation().function() != model.activation().function()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected a GPT with %d heads and %s as the model has, found one with %d"
                                    + " heads and %s; GptWeights.config(file) says which model it fits",
                            file,
                            model.heads(),
                            model.activation(),
                            saved.heads(),
                            saved.activation()));
        }
    }

    private static void requireTied(Path file, Map<String, Tensor> tensors) throws IOException {
        Tensor head = tensors.get(HEAD);
        if (head != null && !map(head).equals(map(tensors.get("wte.weight")))) {
            throw new IllegalArgumentException(
                    file
                            + ": expected "
                            + HEAD
                            + " to be the token embedding wte.weight, as GPT-2's is, found other numbers;"
                            + " save the model with tied weights");
        }
    }

    private static ByteBuffer map(Tensor tensor) throws IOException {
        try (FileChannel channel = FileChannel.open(tensor.file())) {
            return channel.map(FileChannel.MapMode.READ_ONLY, tensor.begin(), tensor.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    private static void copy(Tensor tensor, GptTensors target) {
        NDArray array = target.array();
        try (NDManager manager = array.getManager().newSubManager()) {
            NDArray value = Safetensors.value(tensor, manager);
            Weights.assign(array, target.transposed() ? value.transpose() : value);
        }
    }

    /**
     * Writes a model's weights and, as metadata, its architecture; the file appears whole or not at all, and depends on nothing
     * else.
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
            ByteBuffer header =
                    Safetensors.header(
                            GptArchitecture.metadata(model.config()),
                            tensors.stream().map(GptWeights::of).toList());
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
