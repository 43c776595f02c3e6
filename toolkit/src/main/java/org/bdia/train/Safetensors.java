package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.io.StrictJson;
import org.bdia.train.SafetensorsHeader.Tensor;

/**
 * Named arrays in a safetensors file or its shards, written and read one after the other: all together may be larger than a
 * Java array, as the moments of 300 million weights are.
 */
final class Safetensors {

    private final SafetensorsHeader header;

    private Safetensors(SafetensorsHeader header) {
        this.header = header;
    }

    /**
     * A tensor's entry in the header.
     *
     * @param type as the format names it, for example F32
     * @param size its bytes
     */
    record Described(String name, String type, List<Long> shape, long size) {

        static Described of(String name, NDArray array) {
            return new Described(
                    name,
                    array.getDataType().asSafetensors(),
                    Arrays.stream(array.getShape().getShape()).boxed().toList(),
                    array.size() * array.getDataType().getNumOfBytes());
        }
    }

    /**
     * Reads the structure of a model, not its tensors.
     *
     * @throws IllegalArgumentException as {@link SafetensorsHeader#read} does
     * @throws UncheckedIOException if a file cannot be read
     */
    static Safetensors open(Path path) {
        return new Safetensors(SafetensorsHeader.read(path));
    }

    /** The file's metadata. */
    Map<String, String> metadata() {
        return header.metadata();
    }

    /**
     * Compares names, shapes and types.
     *
     * @throws IllegalArgumentException as {@link Weights#requireSame} does
     */
    void requireSame(NDList targets) {
        Map<String, String> found = new TreeMap<>();
        header.tensors()
                .forEach(
                        (name, tensor) ->
                                found.put(
                                        name,
                                        ""
                                                + DataType.fromSafetensors(tensor.loadedType())
                                                + shape(tensor)));
        Weights.requireSame(found, targets, header.file().toString());
    }

    /**
     * Copies tensors into arrays of the same names, in place; {@link #requireSame} comes before.
     *
     * @throws UncheckedIOException if the file cannot be read
     */
    void copyTo(NDList targets) {
        for (NDArray target : targets) {
            try (NDManager manager = target.getManager().newSubManager()) {
                Weights.assign(target, value(header.tensors().get(target.getName()), manager));
            }
        }
    }

    /**
     * Reads a tensor; 16-bit numbers become float32, exactly.
     *
     * @throws UncheckedIOException if its file cannot be read
     */
    static NDArray value(Tensor tensor, NDManager manager) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(Math.toIntExact(tensor.size()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel = FileChannel.open(tensor.file())) {
            SafetensorsHeader.fill(channel, bytes, tensor.begin());
        } catch (IOException e) {
            throw SafetensorsHeader.unreadable(tensor.file(), e);
        }
        bytes.rewind();
        if (tensor.type().equals("BF16")) {
            // DJL makes no such arrays of bytes.
            return manager.create(widened(bytes), shape(tensor), DataType.FLOAT32);
        }
        return manager.create(bytes, shape(tensor), DataType.fromSafetensors(tensor.type()))
                .toType(DataType.fromSafetensors(tensor.loadedType()), false);
    }

    /** A bfloat16 is the upper half of a float32. */
    private static ByteBuffer widened(ByteBuffer halves) {
        ByteBuffer wide =
                ByteBuffer.allocateDirect(Math.multiplyExact(halves.remaining(), 2))
                        .order(ByteOrder.LITTLE_ENDIAN);
        while (halves.hasRemaining()) {
            wide.putInt(halves.getShort() << Short.SIZE);
        }
        return wide.flip();
    }

    private static Shape shape(Tensor tensor) {
        return new Shape(tensor.shape().stream().mapToLong(axis -> axis).toArray());
    }

    /** Writes a file of named arrays. */
    static void write(WritableByteChannel channel, Map<String, String> metadata, NDList arrays)
            throws IOException {
        List<Described> described =
                arrays.stream().map(array -> Described.of(array.getName(), array)).toList();
        write(channel, header(metadata, described));
        for (NDArray array : arrays) {
            write(channel, bytes(array, false));
        }
    }

    /** Returns an array's bytes; the copy that DJL makes of one on a GPU is not left with the array's owner. */
    static ByteBuffer bytes(NDArray array, boolean transposed) {
        try (NDManager manager = array.getManager().newSubManager()) {
            NDArray value = array.stopGradient();
            value.attach(manager);
            if (transposed) {
                value = value.transpose().duplicate();
                value.attach(manager);
            }
            return value.toByteBuffer();
        }
    }

    /** Writes all that the buffer holds. */
    static void write(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The header's length and the header, padded to whole 8 bytes; format pt is what transformers asks for. */
    static ByteBuffer header(Map<String, String> metadata, List<Described> tensors)
            throws IOException {
        Map<String, String> all = new TreeMap<>(metadata);
        all.put("format", "pt");
        Map<String, Object> entries = new LinkedHashMap<>();
        entries.put(SafetensorsHeader.METADATA, all);
        long end = 0;
        for (Described tensor : tensors) {
            long begin = end;
            end += tensor.size();
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("dtype", tensor.type());
            entry.put("shape", tensor.shape());
            entry.put("data_offsets", List.of(begin, end));
            entries.put(tensor.name(), entry);
        }
        byte[] json = StrictJson.MAPPER.writeValueAsBytes(entries);
        int length = (json.length + 7) / 8 * 8;
        ByteBuffer buffer = ByteBuffer.allocate(8 + length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(length).put(json);
        while (buffer.hasRemaining()) {
            buffer.put((byte) ' ');
        }
        return buffer.flip();
    }
}
