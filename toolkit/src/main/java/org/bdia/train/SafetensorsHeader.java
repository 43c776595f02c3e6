package org.bdia.train;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bdia.io.StrictJson;
import org.bdia.train.SafetensorsHeader.Tensor;

/**
 * The structure of a safetensors file: its header's length n (int64, little-endian), n bytes of JSON, then the
 * tensors' bytes without gaps. A sharded model is several such files, and an index of JSON whose {@code weight_map} names the
 * file of each tensor.
 *
 * <p>The offsets are checked against the file's size, so that a truncated file is refused before a tensor is read.
 *
 * @param file the file, or a sharded model's index
 * @param metadata the {@value #METADATA} of the file, or of all shards
 * @param tensors by name
 * @see <a href="https://github.com/huggingface/safetensors">The format</a>
 */
record SafetensorsHeader(
        Path file, Map<String, String> metadata, SortedMap<String, Tensor> tensors) {

    /** The header's one key that is no tensor. */
    static final String METADATA = "__metadata__";

    private static final String MODEL = "model.safetensors";
    private static final String INDEX = ".index.json";
    private static final String WEIGHT_MAP = "weight_map";

    private static final int LENGTH_BYTES = 8;
    private static final Set<String> HALVES = Set.of("F16", "BF16");
    private static final Set<String> TYPES =
            Set.of("F64", "F32", "F16", "BF16", "I64", "I32", "I8", "U8", "BOOL");
    private static final Pattern SHARD = Pattern.compile("(.*)-\\d{5}-of-(\\d{5})\\.safetensors");

    /** A file beside the index: no path leads out of the folder. */
    private static final Pattern SHARD_NAME = Pattern.compile("[^/\\\\:\\x00]+\\.safetensors");

    /** A tensor as the header describes it. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Entry(
            @JsonProperty(value = "dtype", required = true) String type,
            @JsonProperty(required = true) long[] shape,
            @JsonProperty(value = "data_offsets", required = true) long[] offsets) {}

    /**
     * A tensor in a file.
     *
     * @param file the file that holds it, a shard of a sharded model
     * @param type as the format names it, for example F32
     * @param shape its axes
     * @param begin its first byte, counted from the file's first
     * @param size its bytes
     */
    record Tensor(Path file, String type, List<Long> shape, long begin, long size) {

        /** The type that its numbers are loaded as. */
        String loadedType() {
            return HALVES.contains(type) ? "F32" : type;
        }
    }

    /**
     * Reads the structure of a model, not its tensors.
     *
     * @param path a safetensors file, the index of a sharded model (which is also found under the name of the whole file), or
     *     the folder of either
     * @throws IllegalArgumentException if a header or the index is malformed, a tensor's type is not supported, the tensors
     *     do not fill their file exactly, or a shard or a tensor in it is missing
     * @throws UncheckedIOException if a file cannot be read
     */
    static SafetensorsHeader read(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(MODEL) : path;
        Path index = file.resolveSibling(file.getFileName() + INDEX);
        file = !Files.exists(file) && Files.exists(index) ? index : file;
        try {
            return file.toString().endsWith(INDEX) ? sharded(file) : whole(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static SafetensorsHeader whole(Path file) throws IOException {
        Matcher shard = SHARD.matcher(String.valueOf(file.getFileName()));
        if (shard.matches() && Integer.parseInt(shard.group(2)) > 1) {
            throw new IllegalArgumentException(
                    file
                            + ": expected a whole model, found one shard of it; give the index "
                            + file.resolveSibling(shard.group(1) + ".safetensors" + INDEX)
                            + " or its folder");
        }
        return one(file);
    }

    private static SafetensorsHeader one(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            if (size < LENGTH_BYTES) {
                throw malformed(file, "it has " + size + " bytes, fewer than 8", null);
            }
            ByteBuffer first = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            fill(channel, first, 0);
            ByteBuffer header = ByteBuffer.allocate(headerLength(file, first.getLong(0), size));
            fill(channel, header, LENGTH_BYTES);
            return checked(file, header.array(), size);
        }
    }

    private static SafetensorsHeader sharded(Path index) throws IOException {
        Map<String, String> metadata = new TreeMap<>();
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        Map<Path, SafetensorsHeader> shards = new HashMap<>();
        for (var entry : weightMap(index).properties()) {
            String name = entry.getValue().asText();
            if (!entry.getValue().isTextual() || !SHARD_NAME.matcher(name).matches()) {
                throw badIndex(
                        index,
                        "the name of a .safetensors file beside it for the tensor "
                                + entry.getKey(),
                        entry.getValue().toString());
            }
            Path shard = index.resolveSibling(name);
            if (!Files.isRegularFile(shard)) {
                throw badIndex(index, "the shard " + name + " beside it", "no such file");
            }
            if (!shards.containsKey(shard)) {
                SafetensorsHeader header = one(shard);
                shards.put(shard, header);
                metadata.putAll(header.metadata);
            }
            Tensor tensor = shards.get(shard).tensors.get(entry.getKey());
            if (tensor == null) {
                throw badIndex(
                        index, "the tensor " + entry.getKey() + " in the shard " + name, "none");
            }
            tensors.put(entry.getKey(), tensor);
        }
        return new SafetensorsHeader(index, metadata, tensors);
    }

    private static JsonNode weightMap(Path index) throws IOException {
        byte[] json = Files.readAllBytes(index);
        JsonNode map;
        try {
            map = StrictJson.MAPPER.readTree(json).path(WEIGHT_MAP);
        } catch (IOException e) {
            throw badIndex(index, "a JSON object", "no JSON");
        }
        if (!map.isObject()) {
            throw badIndex(
                    index,
                    "an object \"" + WEIGHT_MAP + "\" that names the file of each tensor",
                    map.isMissingNode() ? "none" : map.toString());
        }
        return map;
    }

    private static IllegalArgumentException badIndex(Path index, String expected, String found) {
        return new IllegalArgumentException(
                index
                        + ": expected "
                        + expected
                        + ", found "
                        + found
                        + "; copy the index and all shards again from where the model is published");
    }

    /**
     * Fills a buffer with a file's bytes from a position on.
     *
     * @throws EOFException if the file ends before
     */
    static void fill(FileChannel channel, ByteBuffer buffer, long from) throws IOException {
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {
            // A channel may give fewer bytes than asked for.
        }
        if (buffer.hasRemaining()) {
            throw new EOFException("the file has become shorter while it was read");
        }
    }

    private static int headerLength(Path file, long length, long size) {
        if (length < 2 || length > size - LENGTH_BYTES || length > Integer.MAX_VALUE) {
            throw malformed(
                    file,
                    "its header claims " + length + " of the file's " + size + " bytes",
                    null);
        }
        return (int) length;
    }

    private static SafetensorsHeader checked(Path file, byte[] header, long size) {
        SafetensorsHeader parsed = parse(file, header);
        long data = (long) LENGTH_BYTES + header.length;
        long expected = data;
        List<Tensor> inOrder =
                parsed.tensors.values().stream()
                        .sorted(
                                Comparator.comparingLong(Tensor::begin)
                                        .thenComparingLong(Tensor::size))
                        .toList();
        for (Tensor tensor : inOrder) {
            if (tensor.begin() != expected) {
                throw malformed(
                        file,
                        "a tensor begins at byte "
                                + (tensor.begin() - data)
                                + ", expected "
                                + (expected - data),
                        null);
            }
            expected += tensor.size();
        }
        if (size != expected) {
            throw malformed(
                    file,
                    "its tensors need "
                            + (expected - data)
                            + " bytes, but "
                            + (size - data)
                            + " follow the header",
                    null);
        }
        return parsed;
    }

    private static SafetensorsHeader parse(Path file, byte[] header) {
        Map<String, String> metadata = new TreeMap<>();
        SortedMap<String, Tensor> tensors = new TreeMap<>();
        try {
            JsonNode root = StrictJson.MAPPER.readTree(header);
            if (!root.isObject()) {
                throw malformed(file, "its header is no JSON object", null);
            }
            for (var field : root.properties()) {
                if (field.getKey().equals(METADATA)) {
                    field.getValue()
                            .properties()
                            .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
                } else {
                    long data = (long) LENGTH_BYTES + header.length;
                    tensors.put(
                            field.getKey(), tensor(file, field.getKey(), field.getValue(), data));
                }
            }
        } catch (IOException e) {
            throw malformed(file, "its header is no JSON", e);
        }
        return new SafetensorsHeader(file, metadata, tensors);
    }

    private static Tensor tensor(Path file, String name, JsonNode node, long data) {
        Entry entry = entry(file, name, node);
        if (!TYPES.contains(String.valueOf(entry.type()))) {
            throw new IllegalArgumentException(
                    file
                            + ": expected tensors of type F32, F16 or BF16, found "
                            + name
                            + " of type "
                            + entry.type()
                            + "; convert the model to float32 where it comes from, for example in Python"
                            + " with transformers: model.float().save_pretrained(other)");
        }
        try {
            long size = DataType.fromSafetensors(entry.type()).getNumOfBytes();
            for (long axis : entry.shape()) {
                size = Math.multiplyExact(size, axis);
            }
            long begin = entry.offsets()[0];
            if (size < 0 || begin < 0 || entry.offsets()[1] - begin != size) {
                throw new ArithmeticException(
                        size + " bytes do not fill " + Arrays.toString(entry.offsets()));
            }
            return new Tensor(
                    file,
                    entry.type(),
                    Arrays.stream(entry.shape()).boxed().toList(),
                    Math.addExact(data, begin),
                    size);
        } catch (RuntimeException e) {
            throw malformed(file, "tensor " + name + ": " + e.getMessage(), e);
        }
    }

    private static Entry entry(Path file, String name, JsonNode node) {
        if (!node.isObject()) {
            throw malformed(file, "tensor " + name + ": " + node + " is no JSON object", null);
        }
        try {
            return StrictJson.MAPPER.treeToValue(node, Entry.class);
        } catch (JsonProcessingException e) {
            throw malformed(file, "tensor " + name + ": " + StrictJson.reason(e), e);
        }
    }

    /** A file of weights that cannot be read at all. */
    static UncheckedIOException unreadable(Path file, IOException e) {
        String found =
                Files.isDirectory(file)
                        ? "a folder"
                        : e instanceof NoSuchFileException ? "no such file" : e.toString();
        return new UncheckedIOException(
                file + ": expected a safetensors file, found " + found + "; check the path", e);
    }

    /** A file of weights that cannot be written. */
    static UncheckedIOException unwritable(Path file, IOException e) {
        return new UncheckedIOException(
                file
                        + ": the weights could not be written ("
                        + e
                        + "); check space and permissions",
                e);
    }

    private static IllegalArgumentException malformed(Path file, String how, Exception cause) {
        return new IllegalArgumentException(
                file + " is not a whole safetensors file: " + how + "; save it again", cause);
    }
}
