package org.bdia.train;

import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The structure of a safetensors file: its header's length n (int64, little-endian), n bytes of JSON, then the
 * tensors' bytes without gaps.
 *
 * <p>DJL decodes such files but trusts their offsets, so that a file cut off short has to be found out before.
 *
 * @see <a href="https://github.com/huggingface/safetensors">The format</a>
 */
final class SafetensorsHeader {

    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    /** A tensor as the header describes it. */
    @SuppressWarnings("ArrayRecordComponent") // read once, never compared
    private record Entry(
            @JsonProperty(value = "dtype", required = true) String type,
            @JsonProperty(required = true) long[] shape,
            @JsonProperty(value = "data_offsets", required = true) long[] offsets) {}

    private SafetensorsHeader() {}

    /** A tensor's bytes, counted from the first tensor's. */
    private record Extent(long begin, long end) {}

    /**
     * Checks a file's structure.
     *
     * @param file for the message
     * @throws IllegalArgumentException if the header is malformed, or the tensors do not fill the file exactly
     */
    static void require(Path file, byte[] bytes) {
        if (bytes.length < 8) {
            throw malformed(file, "it has " + bytes.length + " bytes, fewer than 8", null);
        }
        long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > bytes.length - 8) {
            throw malformed(
                    file,
                    "its header claims " + length + " of the file's " + bytes.length + " bytes",
                    null);
        }
        List<Extent> extents = parse(file, bytes, (int) length);
        long expected = 0;
        for (Extent extent : extents) {
            if (extent.begin() != expected) {
                throw malformed(
                        file,
                        "a tensor begins at byte " + extent.begin() + ", expected " + expected,
                        null);
            }
            expected = extent.end();
        }
        long found = bytes.length - 8 - length;
        if (found != expected) {
            throw malformed(
                    file,
                    "its tensors need " + expected + " bytes, but " + found + " follow the header",
                    null);
        }
    }

    private static List<Extent> parse(Path file, byte[] bytes, int length) {
        List<Extent> extents = new ArrayList<>();
        try {
            JsonNode root = JSON.readTree(bytes, 8, length);
            if (!root.isObject()) {
                throw malformed(file, "its header is no JSON object", null);
            }
            for (var field : root.properties()) {
                if (!field.getKey().equals("__metadata__")) {
                    extents.add(extent(file, field.getKey(), field.getValue()));
                }
            }
        } catch (IOException e) {
            throw malformed(file, "its header is no JSON", e);
        }
        extents.sort(Comparator.comparingLong(Extent::begin).thenComparingLong(Extent::end));
        return extents;
    }

    private static Extent extent(Path file, String name, JsonNode node) {
        try {
            Entry entry = JSON.treeToValue(node, Entry.class);
            long size = DataType.fromSafetensors(entry.type()).getNumOfBytes();
            for (long axis : entry.shape()) {
                size = Math.multiplyExact(size, axis);
            }
            long begin = entry.offsets()[0];
            long end = entry.offsets()[1];
            if (size < 0 || end - begin != size) {
                throw new ArithmeticException(
                        size + " bytes do not fill " + Arrays.toString(entry.offsets()));
            }
            return new Extent(begin, end);
        } catch (IOException | RuntimeException e) {
            throw malformed(file, "tensor " + name + ": " + e.getMessage(), e);
        }
    }

    private static IllegalArgumentException malformed(Path file, String how, Exception cause) {
        return new IllegalArgumentException(
                file + " is not a whole safetensors file: " + how + "; save it anew", cause);
    }
}
