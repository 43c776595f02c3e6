package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.FixedPoint;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.nn.Attention;
import org.bdia.nn.TransformerBlock;
import org.bdia.torch.Autograd;

/** A file of reference vectors: its tensors, and the blocks built from its weights. */
final class Reference implements AutoCloseable {

    static final List<String> WEIGHTS =
            List.of(
                    "ln1.weight",
                    "ln1.bias",
                    "qkv.weight",
                    "qkv.bias",
                    "out.weight",
                    "out.bias",
                    "ln2.weight",
                    "ln2.bias",
                    "fc1.weight",
                    "fc1.bias",
                    "fc2.weight",
                    "fc2.bias");

    /** Our parameter names in the order of {@link #WEIGHTS}. */
    private static final List<String> PARAMETERS =
            List.of(
                    "01ln1_gamma",
                    "01ln1_beta",
                    "02attention_01qkv_weight",
                    "02attention_01qkv_bias",
                    "02attention_02out_weight",
                    "02attention_02out_bias",
                    "03ln2_gamma",
                    "03ln2_beta",
                    "04mlp_01fc1_weight",
                    "04mlp_01fc1_bias",
                    "04mlp_02fc2_weight",
                    "04mlp_02fc2_bias");

    static final Execution CHECKPOINT = Execution.of(Backprop.CHECKPOINT);

    private final NDManager manager;
    private final Kernels kernels;
    private final JsonNode metadata;
    private final Map<String, NDArray> tensors = new HashMap<>();
    private final List<TransformerBlock> blocks = new ArrayList<>();

    private Reference(NDManager manager, JsonNode metadata, Kernels kernels) {
        this.manager = manager;
        this.kernels = kernels;
        this.metadata = metadata;
    }

    static Reference read(NDManager parent, Path file, Kernels kernels) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int header =
                Math.toIntExact(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong());
        JsonNode json = new ObjectMapper().readTree(bytes, 8, header);
        NDManager manager = parent.newSubManager();
        Reference reference = new Reference(manager, json.get("__metadata__"), kernels);
        for (NDArray tensor : NDList.decode(manager, bytes)) {
            reference.tensors.put(tensor.getName(), tensor);
        }
        reference.build();
        return reference;
    }

    private void build() {
        Attention.Pattern pattern =
                metadata.get("causal").asText().equals("True")
                        ? Attention.Pattern.CAUSAL
                        : Attention.Pattern.FULL;
        int mlp = (int) tensor("block.0.fc1.bias").size();
        for (int k = 0; k < depth(); k++) {
            TransformerBlock block =
                    new TransformerBlock(
                            number("width"),
                            number("heads"),
                            mlp,
                            pattern,
                            ActivationConfig.GELU,
                            0,
                            Execution.of(Backprop.STORE).withKernels(kernels));
            block.initialize(
                    manager, DataType.FLOAT32, new Shape(1, number("tokens"), number("width")));
            blocks.add(block);
            for (String weight : WEIGHTS) {
                NDArray array = parameter(k, weight);
                NDArray value = tensor("block." + k + "." + weight);
                assertThat(array.getShape()).isEqualTo(value.getShape());
                Autograd.unrecorded(() -> array.subi(array).addi(value));
            }
        }
    }

    int depth() {
        return number("blocks");
    }

    /** The inner values that lie so close to a rounding boundary that another kernel may round them otherwise. */
    int nearRounding() {
        return number("nearRounding");
    }

    FixedPoint grid() {
        return new FixedPoint(number("level"));
    }

    private Method.Bdia method() {
        return Method.bdia(metadata.get("gamma").asDouble()).withLevel(grid().level());
    }

    Step step() {
        return Step.of(method(), kernels);
    }

    ReversibleStack stack(Method method) {
        return ReversibleStack.of(
                blocks, method, Execution.of(Backprop.STORE).withKernels(kernels));
    }

    NDManager manager() {
        return manager;
    }

    NDArray tensor(String name) {
        NDArray tensor = tensors.get(name);
        assertThat(tensor).as("tensor %s", name).isNotNull();
        return tensor;
    }

    NDArray state(int k) {
        return tensor("state." + k);
    }

    NDArray gamma(int k) {
        return Gamma.broadcast(manager, gammas(k), 3, DataType.FLOAT32);
    }

    private float[] gammas(int k) {
        return tensor("gamma").get(k).toFloatArray();
    }

    List<TransformerBlock> blocks() {
        return blocks;
    }

    NDArray parameter(int k, String weight) {
        String name = PARAMETERS.get(WEIGHTS.indexOf(weight));
        return blocks.get(k).getParameters().get(name).getArray();
    }

    NDArray branch(int k, NDArray x) {
        ParameterStore store = new ParameterStore(manager, false);
        return blocks.get(k).forward(store, new NDList(x), true).singletonOrThrow();
    }

    /** A tape that holds the file's states, as if our forward pass had made them. */
    Tape tape() {
        int batch = number("batch");
        StepKey draw = new StepKey(0, 0, new long[batch]);
        Tape tape = new Tape(state(0), draw, new NDList(), depth(), CHECKPOINT, Method.bdia(0.5));
        for (int k = 0; k < depth(); k++) {
            tape.states[k] = state(k);
            tape.gammas[k] = k == 0 ? null : gammas(k);
        }
        return tape;
    }

    /** The number of activations that differ; none may differ by more than one grid step. */
    int differing(NDArray found, NDArray expected) {
        NDArray difference = found.sub(expected).abs();
        assertThat(difference.max().getFloat()).isLessThanOrEqualTo((float) grid().step());
        return (int) difference.neq(0).toType(DataType.INT64, false).sum().getLong();
    }

    private int number(String key) {
        return Integer.parseInt(metadata.get(key).asText());
    }

    @Override
    public void close() {
        manager.close();
    }
}
