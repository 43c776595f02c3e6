package org.bdia.torch;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A function of arrays in TorchScript, PyTorch's typed subset of Python; it gives access to kernels that DJL does not bind,
 * such as fused attention, bfloat16 and in-place arithmetic. Calls are differentiable like any other operation.
 *
 * <p>The engine reads TorchScript from an archive as PyTorch's {@code torch.jit.save} writes it; this class writes the
 * same few entries. The function is loaded at its first call and stays until the process ends, one for all functions of
 * the same text.
 */
public final class TorchScript {

    /** Entries of the archive lie under this folder. */
    private static final String ROOT = "function/";

    /**
     * The loaded functions by text, for all threads: functions have no state. One map for the process, because a function
     * costs milliseconds and about 60 KiB of the engine's memory, and stacks come and go over weights that stay, so that no
     * manager of arrays is the right owner. Texts differ by configuration alone, and so are few.
     */
    private static final ConcurrentMap<String, PtSymbolBlock> LOADED = new ConcurrentHashMap<>();

    private final String source;

    /**
     * Creates a function of one result, not yet compiled.
     *
     * @param parameters its arrays' names, separated by commas; all are tensors
     * @param body its statements, a line each, without indentation: {@code torch} calls alone, the last one {@code
     *     return} of one tensor
     */
    public TorchScript(String parameters, String body) {
        this(parameters, body, "Tensor");
    }

    /** Creates a function of several results, not yet compiled, whose last statement is {@code return} of a list of tensors. */
    public static TorchScript ofMany(String parameters, String body) {
        return new TorchScript(parameters, body, "List[Tensor]");
    }

    private TorchScript(String parameters, String body, String result) {
        var text = new StringBuilder("class M(Module):\n");
        text.append("  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        text.append("  def forward(self: __torch__.M");
        for (String name : parameters.split(",", -1)) {
            text.append(", ").append(name.strip()).append(": Tensor");
        }
        text.append(") -> ").append(result).append(":\n");
        body.strip().lines().forEach(line -> text.append("    ").append(line).append('\n'));
        source = text.toString();
    }

    /** Returns how many functions the process has loaded. */
    public static int loaded() {
        return LOADED.size();
    }

    /**
     * Calls a function of one result.
     *
     * @param inputs as many as parameters; the result belongs to the first one's manager
     */
    public NDArray call(NDArray... inputs) {
        return callForMany(inputs).singletonOrThrow();
    }

    /** Calls a function of several results, which belong to the first input's manager. */
    public NDList callForMany(NDArray... inputs) {
        PtSymbolBlock module = LOADED.computeIfAbsent(source, TorchScript::load);
        // The optimising executor profiles its first calls and may then compute differently: a
        // function must repeat itself. The setting is the calling thread's.
        JniUtils.setGraphExecutorOptimize(false);
        // DJL takes arrays whose names hold dots or brackets for dictionaries and lists.
        String[] names = Arrays.stream(inputs).map(NDArray::getName).toArray(String[]::new);
        try {
            Arrays.stream(inputs).forEach(input -> input.setName(null));
            return IValueUtils.forward(module, new NDList(inputs), true);
        } finally {
            for (int i = 0; i < names.length; i++) {
                inputs[i].setName(names[i]);
            }
        }
    }

    private static PtSymbolBlock load(String source) {
        // Not the callers' manager, which is closed some day; nothing of a function is on a device.
        NDManager engine = NDManager.newBaseManager(Device.cpu(), "PyTorch");
        try (var archive = new ByteArrayInputStream(archive(source))) {
            return JniUtils.loadModule((PtNDManager) engine, archive, false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] archive(String source) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            zip.setMethod(
                    ZipOutputStream
                            .STORED); // the engine maps entries, and so reads no compressed ones
            write(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
            write(zip, "data.pkl", object());
            write(zip, "constants.pkl", new byte[] {(byte) 0x80, 2, ')', '.'}); // an empty tuple
            write(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
            write(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** Pickle, protocol 2: an object of class __torch__.M whose state is {"training": True}. */
    private static byte[] object() {
        String global = "c__torch__\nM\nq\0"; // push the class, remember it as 0
        String make = ")\u0081}("; // no arguments, make the object; an empty dictionary, a mark
        String key = "X\b\0\0\0trainingq\1"; // a string of 8 bytes, remembered as 1
        String fill = "\u0088ub"; // True; put the pair into the dictionary, the dictionary into the
        // object
        String text = "\u0080\2" + global + make + key + fill + "q\2.";
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static void write(ZipOutputStream zip, String name, byte[] content) throws IOException {
        var entry = new ZipEntry(ROOT + name);
        var checksum = new CRC32();
        checksum.update(content);
        entry.setSize(content.length);
        entry.setCompressedSize(content.length);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }
}
