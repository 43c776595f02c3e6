package org.bdia.reversible;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;
import org.bdia.torch.HostMemory;

/**
 * The arrays that one forward pass keeps for its backward pass. One manager owns it all, so that closing the tape frees
 * everything, also after an exception in the middle.
 */
final class Tape implements AutoCloseable {

    /**
     * One slice's recorded graph.
     *
     * @param leaf its input
     * @param graph the branch, or the branch with the skip
     * @param memory what the graph reads of the JVM's memory
     */
    record Recorded(NDArray leaf, BranchGraph graph, HostMemory memory) {}

    /** Shape, type and device of an array. */
    record Kind(Shape shape, DataType type, Device device) {
        static Kind of(NDArray array) {
            return new Kind(array.getShape(), array.getDataType(), array.getDevice());
        }
    }

    final NDManager manager;
    final StepKey draw;

    /** The further inputs of every branch; the caller's. */
    final NDList context;

    final Kind kind;

    final Method method;

    final Chunks chunks;

    /** γ per block and sample; row 0 and, for methods without γ, every row is null. */
    final float[][] gammas;

    /** x_k where block k is checkpointed. */
    final NDArray[] states;

    /** The graphs of block k's slices where it is stored. */
    final Recorded[][] graphs;

    /** s_k of every slice where the state of block k + 1 is rebuilt. */
    final SideBits[][] sides;

    /** One fingerprint per rebuilt state in verify mode; else null. */
    final long[] fingerprints;

    /** x_{n−1} and x_n behind the n blocks that are reversible; null if there is none. */
    NDArray previous;

    NDArray current;

    private final BlockUpdates updates;

    /** Per recorded block: leaves that share the parameters' storage and collect the gradients of block updates. */
    private final Map<Integer, Map<Parameter, NDArray>> leaves = new HashMap<>();

    Tape(NDArray x, StepKey draw, NDList context, int blocks, Execution execution, Method method) {
        this(x, draw, context, blocks, execution, method, BlockUpdates.NONE);
    }

    Tape(
            NDArray x,
            StepKey draw,
            NDList context,
            int blocks,
            Execution execution,
            Method method,
            BlockUpdates updates) {
        this.updates = updates;
        this.manager = x.getManager().newSubManager();
        this.draw = draw;
        this.context = context;
        this.kind = Kind.of(x);
        this.method = method;
        this.chunks = Chunks.of(x.getShape(), execution.chunkTokens());
        this.gammas = new float[blocks][];
        this.states = new NDArray[blocks];
        this.graphs = new Recorded[blocks][];
        this.sides = new SideBits[blocks][];
        // Only exact states are rebuilt bit for bit.
        boolean verify = execution.verify() && method.exact();
        this.fingerprints = verify ? new long[execution.rebuilt(blocks) + 1] : null;
    }

    /** Takes an array out of the innermost scope and owns it until it is closed. */
    NDArray keep(NDArray array) {
        NDScope.unregister(array);
        array.attach(manager);
        return array;
    }

    /** Returns the branches as block k's graphs read them. */
    Branches recording(Branches branches, int k) {
        return updates == BlockUpdates.NONE
                ? branches
                : branches.withParameters(
                        parameter -> branches.share(parameter) ? null : leaf(k, parameter));
    }

    private NDArray leaf(int k, Parameter parameter) {
        return updates.takes(parameter)
                ? leaves.computeIfAbsent(k, block -> new LinkedHashMap<>())
                        .computeIfAbsent(parameter, p -> keep(Autograd.leaf(p.getArray())))
                : null;
    }

    /** Hands out the gradients of block k that are taken, and frees them. */
    void update(int k) {
        Map<Parameter, NDArray> own = leaves.remove(k);
        if (own == null) {
            return;
        }
        try (NDScope scope = new NDScope()) {
            Map<Parameter, NDArray> gradients = new LinkedHashMap<>();
            own.forEach((parameter, leaf) -> gradients.put(parameter, leaf.getGradient()));
            updates.update(gradients);
        }
        own.values().forEach(NDArray::close);
    }

    /** Whether x_{k+1} depends on x_{k−1} beside x_k. */
    boolean usesPrevious(int k) {
        return method.twoStep() ? k > 0 : gammas[k] != null;
    }

    /** Shape, type and device of the output and of its gradient. */
    Kind output() {
        Shape shape = kind.shape();
        int last = shape.dimension() - 1;
        return method.streams() > 1
                ? new Kind(
                        shape.slice(0, last).add(2 * shape.get(last)), kind.type(), kind.device())
                : kind;
    }

    /** Block k's γ as (B, 1, …, 1), or null where there is none. */
    NDArray gamma(int k) {
        return gammas[k] == null
                ? null
                : Gamma.broadcast(manager, gammas[k], kind.shape().dimension(), kind.type());
    }

    /** The bytes of side information held. */
    long sideBytes() {
        long bytes = 0;
        for (SideBits[] slices : sides) {
            for (SideBits side : slices == null ? new SideBits[0] : slices) {
                bytes += side.bytes();
            }
        }
        return bytes;
    }

    @Override
    public void close() {
        manager.close();
    }
}
