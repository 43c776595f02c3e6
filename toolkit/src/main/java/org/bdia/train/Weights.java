package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bdia.config.ActivationConfig;
import org.bdia.config.ModelConfig;
import org.bdia.io.DurableFiles;
import org.bdia.nn.Gpt;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.bdia.torch.Autograd;

/** The weights of a model, frozen ones included, as named arrays and as a safetensors file. */
public final class Weights {

    private static final NDIndex WHOLE = new NDIndex(":");
    private static final String ARCHITECTURE = "architecture";

    private Weights() {}

    /**
     * Writes a model's weights and, as metadata, the architecture of one of the toolkit's models; the file appears whole or not
     * at all.
     *
     * @param file replaced if it is there
     * @param model an initialised model
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void save(Path file, Block model) {
        try {
            DurableFiles.replace(
                    file, channel -> Safetensors.write(channel, metadata(model), of(model)));
        } catch (IOException e) {
            throw SafetensorsHeader.unwritable(file, e);
        }
    }

    /**
     * Copies a file's weights into those of a model; a file that does not fit changes nothing.
     *
     * @param file as {@link #save} wrote it, or its shards' index or folder; from a model of the same architecture; its method, dropout, stochastic depth and
     *     the derivative of its activation may differ
     * @param model an initialised model
     * @throws IllegalArgumentException if the file is no whole safetensors file, or its architecture, names, shapes
     *     or types are not the model's
     * @throws UncheckedIOException if the file cannot be read
     */
    public static void load(Path file, Block model) {
        NDList targets = of(model);
        Safetensors saved = Safetensors.open(file);
        saved.requireSame(targets);
        String architecture = metadata(model).get(ARCHITECTURE);
        String found = saved.metadata().getOrDefault(ARCHITECTURE, architecture);
        if (!Objects.equals(found, architecture)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected the weights of %s, found those of %s; load them into a model of"
                                    + " the same configuration",
                            file,
                            architecture,
                            found));
        }
        saved.copyTo(targets);
    }

    /** The architecture as metadata. */
    private static Map<String, String> metadata(Block model) {
        return config(model)
                .map(config -> Map.of(ARCHITECTURE, architecture(config).toString()))
                .orElse(Map.of());
    }

    /** Returns the configuration of one of the toolkit's models. */
    static Optional<ModelConfig> config(Block model) {
        if (model instanceof VisionTransformer vit) {
            return Optional.of(vit.config());
        }
        if (model instanceof Gpt gpt) {
            return Optional.of(gpt.config());
        }
        return model instanceof Seq2Seq seq2seq ? Optional.of(seq2seq.config()) : Optional.empty();
    }

    /** Returns what changes the output of given weights, even where names and shapes do not show it: the number of heads, for one. */
    static ModelConfig architecture(ModelConfig config) {
        return config.withDropout(0)
                .withDropPath(0)
                .withActivation(
                        config.activation().withDerivative(ActivationConfig.Derivative.EXACT));
    }

    /** The model's own arrays under their parameters' names, of a parameter in several places under the first. */
    static NDList of(Block model) {
        requireInitialized(model);
        NDList weights = new NDList();
        Set<Parameter> known = new HashSet<>();
        for (Pair<String, Parameter> entry : model.getParameters()) {
            if (!known.add(entry.getValue())) {
                continue;
            }
            NDArray array = entry.getValue().getArray();
            array.setName(entry.getKey());
            weights.add(array);
        }
        return weights;
    }

    /**
     * Checks that a model has weights.
     *
     * @throws IllegalArgumentException if it has none yet
     */
    static void requireInitialized(Block model) {
        if (model.getParameters().stream().anyMatch(p -> !p.getValue().isInitialized())) {
            throw new IllegalArgumentException(
                    "the "
                            + model.getClass().getSimpleName()
                            + " has no weights yet; call its initialize(manager, seed) first");
        }
    }

    /**
     * Compares names, shapes and types.
     *
     * @param what holds the values, for the message
     * @throws IllegalArgumentException if a name is missing or superfluous, or a shape or type differs
     */
    static void requireSame(NDList from, NDList to, String what) {
        Map<String, String> found = new HashMap<>();
        from.forEach(array -> found.put(array.getName(), kind(array)));
        requireSame(found, to, what);
    }

    /**
     * {@link #requireSame(NDList, NDList, String)} of values that are not read yet.
     *
     * @param from each value's type and shape, for example {@code float32(4, 3)}, by name
     */
    static void requireSame(Map<String, String> from, NDList to, String what) {
        Map<String, String> superfluous = new TreeMap<>(from);
        for (NDArray target : to) {
            String found = superfluous.remove(target.getName());
            if (found == null) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s lacks the tensor %s%s; it was saved from another model: load"
                                        + " it into one of the same configuration",
                                what,
                                target.getName(),
                                target.getShape()));
            }
            if (!found.equals(kind(target))) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s holds the tensor %s as %s, but the model's is %s; it was"
                                        + " saved from another model: load it into one of the same"
                                        + " configuration",
                                what,
                                target.getName(),
                                found,
                                kind(target)));
            }
        }
        if (!superfluous.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s contains tensors the model does not have: %s; it was saved from another"
                                    + " model: load it into one of the same configuration",
                            what,
                            superfluous.keySet()));
        }
    }

    private static String kind(NDArray array) {
        return "" + array.getDataType() + array.getShape();
    }

    /** Copies values into arrays of the same names, in place; {@link #requireSame} comes before. */
    static void copy(NDList from, NDList to) {
        Map<String, NDArray> values = byName(from);
        for (NDArray target : to) {
            try (NDArray value = values.get(target.getName()).toDevice(target.getDevice(), true)) {
                assign(target, value);
            }
        }
    }

    /**
     * Writes a value where a weight is. DJL's own {@code copyTo} would put the weight into Java's memory, of which there is
     * less than of the engine's.
     */
    static void assign(NDArray target, NDArray value) {
        Autograd.unrecorded(
                () -> {
                    target.set(WHOLE, value);
                    return null;
                });
    }

    private static Map<String, NDArray> byName(NDList arrays) {
        Map<String, NDArray> named = new HashMap<>();
        arrays.forEach(array -> named.put(array.getName(), array));
        return named;
    }
}
