package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
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
import org.bdia.config.FileException;
import org.bdia.config.GptConfig;
import org.bdia.config.Json;
import org.bdia.config.ModelConfig;
import org.bdia.io.DurableFiles;
import org.bdia.nn.Gpt;
import org.bdia.train.Safetensors.Described;
import org.bdia.train.SafetensorsHeader.Tensor;

/**
 * Weights in safetensors files under the names that PyTorch's users know, with the architecture as metadata: GPT-2's as Hugging Face
 * publishes them, timm's of a {@code vit_…}, and those of PyTorch's {@code nn.Transformer} with {@code norm_first=True}.
 *
 * <p>To a program outside the weights are a plain transformer's, whichever method trained them: a BDIA model predicts with E[γ] = 0,
 * which is the plain transformer but for the states' rounding to multiples of 2^−l. The exceptions are {@link
 * org.bdia.config.Method#revNet()} and {@link org.bdia.config.Method#midpoint()}, whose inference is not the plain transformer, and
 * shifted patches and locality attention, which timm lacks ({@code patch_embed.norm}, {@code blocks.0.attn.temperature}). LayerNorms have epsilon 1e-5, where timm's default is 1e-6.
 *
 * <p>GPT-2's matrices are (in, out), its head is tied to the token embedding, names have the prefix {@code transformer.} or none; files are
 * written with it, as GPT2LMHeadModel's are. A sequence-to-sequence model adds {@code source.weight}, {@code source_position.weight} and the
 * target's to nn.Transformer's names; its head is tied to {@code target.weight}. A vision transformer that pools the mean has timm's
 * {@code fc_norm} under the name {@code norm}.
 */
public final class TorchWeights {

    private static final String PREFIX = "transformer.";
    private static final String HEAD = "lm_head.weight";
    private static final String CONFIG = "config";

    private TorchWeights() {}

    /**
     * Reads the architecture of a file's model: from the metadata that {@link #save} writes, else, of a GPT-2, from the {@code
     * config.json} that Hugging Face publishes beside the weights.
     *
     * @param path a safetensors file, the index of a sharded model, or the folder of either
     * @return a {@link GptConfig}, {@link org.bdia.config.VitConfig} or {@link org.bdia.config.Seq2SeqConfig}
     * @throws IllegalArgumentException if the file is no whole safetensors file, a shard is missing or malformed, or neither says
     *     the architecture
     * @throws UncheckedIOException if a file cannot be read
     */
    public static ModelConfig config(Path path) {
        SafetensorsHeader header = SafetensorsHeader.read(path);
        try {
            Optional<ModelConfig> saved = saved(header);
            return saved.isPresent()
                    ? saved.get()
                    : GptArchitecture.find(header.file(), named(header.tensors()))
                            .orElseThrow(() -> GptArchitecture.unsaid(header.file()));
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(header.file(), e);
        }
    }

    /**
     * Reads the architecture of a file's model, of a known kind.
     *
     * @param kind for example {@code GptConfig.class}
     * @throws IllegalArgumentException as {@link #config(Path)} does, or if the model is of another kind
     * @throws UncheckedIOException if a file cannot be read
     */
    public static <M extends ModelConfig> M config(Path path, Class<M> kind) {
        ModelConfig found = config(path);
        if (!kind.isInstance(found)) {
            throw new IllegalArgumentException(
                    path + ": expected a " + kind.getSimpleName() + ", found " + found);
        }
        return kind.cast(found);
    }

    private static Optional<ModelConfig> saved(SafetensorsHeader header) {
        String json = header.metadata().get(CONFIG);
        try {
            return Optional.ofNullable(json)
                    .map(text -> Json.parse(text, ModelConfig.class, "metadata"));
        } catch (FileException e) {
            throw new IllegalArgumentException(
                    header.file()
                            + ": expected a model's sizes in the metadata, found "
                            + json
                            + "; save the model again",
                    e);
        }
    }

    /**
     * Copies a file's weights into a model; a file that does not fit changes nothing. F16 and BF16 become float32, exactly.
     *
     * @param path a safetensors file, the index of a sharded model, or the folder of either
     * @param model an initialised Gpt, VisionTransformer or Seq2Seq; its method, dropout and derivative of the activation may be
     *     others than the file's
     * @throws IllegalArgumentException if it is another model, a file is no whole safetensors file, a shard or a tensor is missing,
     *     superfluous or of another shape or type, a GPT-2's head is not the token embedding, or the file's metadata or the
     *     config.json beside it say another architecture
     * @throws UncheckedIOException if the file cannot be read
     */
    public static void load(Path path, Block model) {
        List<TorchTensor> targets = TorchTensor.of(model);
        SafetensorsHeader header = SafetensorsHeader.read(path);
        Path file = header.file();
        Map<String, Tensor> tensors = named(header.tensors());
        requireSame(file, tensors, targets);
        try {
            Optional<ModelConfig> saved = saved(header);
            if (model instanceof Gpt) {
                if (saved.isEmpty()) {
                    saved = GptArchitecture.findWithoutDropout(file, tensors);
                }
                requireTied(file, tensors);
            }
            if (saved.isPresent()) {
                requireSame(file, saved.get(), Weights.config(model).orElseThrow());
            }
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
            Path file, Map<String, Tensor> tensors, List<TorchTensor> targets) {
        Set<String> superfluous = new TreeSet<>(tensors.keySet());
        superfluous.remove(HEAD);
        for (TorchTensor target : targets) {
            Tensor found = tensors.get(target.name());
            if (found == null
                    || !found.loadedType().equals("F32")
                    || !found.shape().equals(target.shape())) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: expected the tensor %s as F32, F16 or BF16 of %s, found %s; TorchWeights.config(file) says"
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
                            "%s contains tensors the model does not have: %s; TorchWeights.config(file) says"
                                    + " which model it fits",
                            file,
                            superfluous));
        }
    }

    /** Settings that shapes do not show, and that change the output: heads and activation, for example. */
    private static void requireSame(Path file, ModelConfig saved, ModelConfig model) {
        ModelConfig expected = Weights.architecture(model);
        ModelConfig found = Weights.architecture(saved);
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected the weights of %s, found those of %s; TorchWeights.config(file) says"
                                    + " which model it fits",
                            file,
                            expected,
                            found));
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

    private static void copy(Tensor tensor, TorchTensor target) {
        try (NDManager manager = target.arrays().get(0).getManager().newSubManager()) {
            NDArray value = Safetensors.value(tensor, manager);
            NDArray whole = target.transposed() ? value.transpose() : value;
            long from = 0;
            for (NDArray array : target.arrays()) {
                Shape shape = array.getShape();
                NDArray part =
                        target.arrays().size() == 1
                                ? whole
                                : whole.get("{}:{}", from, from + shape.get(0));
                Weights.assign(array, part.reshape(shape));
                from += shape.get(0);
            }
        }
    }

    /**
     * Writes a model's weights and, as metadata, its architecture; the file appears whole or not at all, and depends on nothing
     * else.
     *
     * @param file replaced if it is there
     * @param model an initialised Gpt, VisionTransformer or Seq2Seq
     * @throws IllegalArgumentException if it is another model
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void save(Path file, Block model) {
        List<TorchTensor> tensors =
                TorchTensor.of(model).stream()
                        .sorted(Comparator.comparing(TorchTensor::name))
                        .toList();
        String prefix = model instanceof Gpt ? PREFIX : "";
        String config = Json.canonical(Weights.config(model).orElseThrow());
        try {
            ByteBuffer header =
                    Safetensors.header(
                            Map.of(CONFIG, config),
                            tensors.stream().map(tensor -> described(prefix, tensor)).toList());
            DurableFiles.replace(
                    file,
                    channel -> {
                        Safetensors.write(channel, header);
                        for (TorchTensor tensor : tensors) {
                            for (NDArray array : tensor.arrays()) {
                                ByteBuffer bytes = Safetensors.bytes(array, tensor.transposed());
                                Safetensors.write(channel, bytes);
                            }
                        }
                    });
        } catch (IOException e) {
            throw SafetensorsHeader.unwritable(file, e);
        }
    }

    private static Described described(String prefix, TorchTensor tensor) {
        return new Described(prefix + tensor.name(), "F32", tensor.shape(), tensor.size());
    }
}
