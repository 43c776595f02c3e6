package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.bdia.reversible.Autograd;

/** The weights of a model, frozen ones included, as named arrays and as a safetensors file. */
public final class Weights {

    private Weights() {}

    /**
     * Writes a model's weights; the file appears whole or not at all.
     *
     * @param file replaced if it is there
     * @param model an initialised model
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void save(Path file, Block model) {
        try {
            DurableFiles.replace(file, encode(of(model)));
        } catch (IOException e) {
            throw SafetensorsHeader.unwritable(file, e);
        }
    }

    /**
     * Copies a file's weights into those of a model; a file that does not fit changes nothing.
     *
     * @param file as {@link #save} wrote it, from a model with the same parameters; its method may differ
     * @param model an initialised model
     * @throws IllegalArgumentException if the file is no whole safetensors file, or its names, shapes or types are
     *     not the model's
     * @throws UncheckedIOException if the file cannot be read
     */
    public static void load(Path file, Block model) {
        NDList targets = of(model);
        try (NDManager manager = targets.head().getManager().newSubManager()) {
            byte[] bytes = Files.readAllBytes(file);
            SafetensorsHeader.require(file, bytes);
            NDList values = NDList.decode(manager, new ByteArrayInputStream(bytes));
            requireSame(values, targets, file.toString());
            copy(values, targets);
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(file, e);
        }
    }

    /** The model's own arrays under their parameters' names. */
    static NDList of(Block model) {
        NDList weights = new NDList();
        for (Pair<String, Parameter> entry : model.getParameters()) {
            NDArray array = entry.getValue().getArray();
            array.setName(entry.getKey());
            weights.add(array);
        }
        return weights;
    }

    /** A safetensors file of named arrays. */
    static byte[] encode(NDList arrays) throws IOException {
        var bytes = new ByteArrayOutputStream();
        arrays.encode(bytes, NDList.Encoding.SAFETENSORS);
        return bytes.toByteArray();
    }

    /**
     * Compares names, shapes and types.
     *
     * @param what holds the values, for the message
     * @throws IllegalArgumentException if a name is missing or superfluous, or a shape or type differs
     */
    static void requireSame(NDList from, NDList to, String what) {
        Map<String, NDArray> values = byName(from);
        for (NDArray target : to) {
            NDArray value = values.remove(target.getName());
            if (value == null) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s lacks the tensor %s%s; it was saved from another model: load"
                                        + " it into one of the same configuration",
                                what, target.getName(), target.getShape()));
            }
            if (!value.getShape().equals(target.getShape())
                    || value.getDataType() != target.getDataType()) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s holds the tensor %s as %s%s, but the model's is %s%s; it was"
                                        + " saved from another model: load it into one of the same"
                                        + " configuration",
                                what,
                                target.getName(),
                                value.getDataType(),
                                value.getShape(),
                                target.getDataType(),
                                target.getShape()));
            }
        }
        if (!values.isEmpty()) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s holds tensors that the model has not: %s; it was saved from another"
                                    + " model: load it into one of the same configuration",
                            what, new TreeSet<>(values.keySet())));
        }
    }

    /** Copies values into arrays of the same names, in place; {@link #requireSame} comes before. */
    static void copy(NDList from, NDList to) {
        Map<String, NDArray> values = byName(from);
        Autograd.unrecorded(
                () -> {
                    for (NDArray target : to) {
                        try (NDArray value =
                                values.get(target.getName()).toDevice(target.getDevice(), true)) {
                            value.copyTo(target);
                        }
                    }
                    return null;
                });
    }

    private static Map<String, NDArray> byName(NDList arrays) {
        Map<String, NDArray> named = new HashMap<>();
        arrays.forEach(array -> named.put(array.getName(), array));
        return named;
    }
}
