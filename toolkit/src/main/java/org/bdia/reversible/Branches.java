package org.bdia.reversible;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bdia.reversible.Tape.Recorded;
import org.bdia.torch.Autograd;
import org.bdia.torch.HostMemory;

/** The residual branches h_0 … h_{K−1}, run so that running one again repeats it bit for bit. */
record Branches(
        List<Block> blocks,
        int firstLayer,
        DropPath dropPath,
        Function<Parameter, NDArray> parameters,
        Set<Parameter> shared) {

    /**
     * Takes the branches, counted from layer 0, none skipped.
     *
     * @throws IllegalArgumentException if there is none, or one keeps running statistics
     */
    Branches(List<? extends Block> blocks) {
        this(List.copyOf(blocks), 0, new DropPath(0), null, shared(blocks));
        if (blocks.isEmpty()) {
            throw new IllegalArgumentException("a stack needs at least one branch, but got none");
        }
        for (int k = 0; k < blocks.size(); k++) {
            refuseRunningStatistics(k, blocks.get(k));
        }
    }

    private static Set<Parameter> shared(List<? extends Block> blocks) {
        Set<Parameter> seen = new HashSet<>();
        Set<Parameter> again = new HashSet<>();
        for (Block block : blocks) {
            var own = new HashSet<>(block.getParameters().values());
            own.stream().filter(parameter -> !seen.add(parameter)).forEach(again::add);
        }
        return again;
    }

    /** Whether several branches have a parameter. */
    boolean share(Parameter parameter) {
        return shared.contains(parameter);
    }

    /** K. */
    int depth() {
        return blocks.size();
    }

    /** Returns the same branches, counted from another layer. */
    Branches withFirstLayer(int layer) {
        return new Branches(blocks, layer, dropPath, parameters, shared);
    }

    /** Returns the same branches with stochastic depth. */
    Branches withDropPath(DropPath value) {
        return new Branches(blocks, firstLayer, value, parameters, shared);
    }

    /** Returns the same branches with other arrays for their parameters, which blocks get from their store; null for the parameter's own. */
    Branches withParameters(Function<Parameter, NDArray> values) {
        return new Branches(blocks, firstLayer, dropPath, values, shared);
    }

    private ParameterStore store(NDArray like) {
        if (parameters == null) {
            return new ParameterStore(like.getManager(), false);
        }
        return new ParameterStore(like.getManager(), false) {
            @Override
            public NDArray getValue(Parameter parameter, Device device, boolean training) {
                NDArray other = parameter == null ? null : parameters.apply(parameter);
                return other == null ? super.getValue(parameter, device, training) : other;
            }
        };
    }

    /** h_k's block. */
    Block block(int k) {
        return blocks.get(k);
    }

    /** The layer that h_k counts as in draws. */
    int layer(int k) {
        return firstLayer + k;
    }

    /** The name of branch k in messages: its index and its class. */
    String name(int k) {
        return "branch " + k + " (" + blocks.get(k).getClass().getSimpleName() + ")";
    }

    /** A key that is equal for branches that compute alike: the classes of the block's tree and its parameters' shapes. */
    String kind(int k) {
        return kind(blocks.get(k));
    }

    private static String kind(Block block) {
        StringBuilder kind = new StringBuilder(block.getClass().getName());
        block.getDirectParameters().values().forEach(p -> kind.append(p.getShape()));
        block.getChildren().values().forEach(child -> kind.append('(' + kind(child) + ')'));
        return kind.toString();
    }

    /**
     * h_k(x, context) of slice c as in training: dropout and skipped branches repeat for the same draw.
     *
     * @param draw of the slice's samples
     */
    NDArray train(int k, int c, NDArray state, NDList context, StepKey draw) {
        NDArray h = seeded(k, c, draw, () -> run(k, state, context, true));
        return dropPath.apply(h, k, depth(), layer(k), draw);
    }

    /** Runs what may draw; of branches that are known not to, threads need not wait for each other. */
    private <T> T seeded(int k, int c, StepKey draw, Supplier<T> computation) {
        return blocks.get(k) instanceof DrawingBranch branch && !branch.draws()
                ? computation.get()
                : Autograd.seeded(draw.engineSeed(layer(k), c), computation);
    }

    /** h_k(x, context) as in evaluation: no dropout. */
    NDArray infer(int k, NDArray state, NDList context) {
        return run(k, state, context, false);
    }

    /**
     * The graph of h_k, from a new leaf that shares the state's storage.
     *
     * @param residual whether the graph is to hold x + h
     */
    Recorded record(int k, int c, NDArray state, NDList context, StepKey draw, boolean residual) {
        NDArray leaf = Autograd.leaf(state);
        var memory = new HostMemory();
        BranchGraph graph =
                Autograd.recorded(
                        () -> memory.of(() -> graph(k, c, leaf, context, draw, residual)));
        return new Recorded(leaf, graph, memory);
    }

    private BranchGraph graph(
            int k, int c, NDArray leaf, NDList context, StepKey draw, boolean residual) {
        if (blocks.get(k) instanceof RecordingBranch branch && branch.recordsItself()) {
            requireWeights(k, leaf);
            ParameterStore store = store(leaf);
            boolean skipping = dropPath.rate() > 0;
            BranchGraph graph =
                    seeded(
                            k,
                            c,
                            draw,
                            () -> branch.record(store, leaf, context, residual && !skipping));
            requireSame(k, leaf, graph.output());
            return skipping ? skipping(k, leaf, graph, draw, residual) : graph;
        }
        NDArray h = train(k, c, leaf, context, draw);
        if (residual) {
            return BranchGraph.of(leaf.add(h));
        }
        return BranchGraph.of(isOfOthers(k, leaf, context, h) ? h.reshape(h.getShape()) : h);
    }

    /** Whether an output, which its graph closes in the end, is an array that others need: a block may return any. */
    private boolean isOfOthers(int k, NDArray leaf, NDList context, NDArray h) {
        return h == leaf
                || context.stream().anyMatch(array -> array == h)
                || blocks.get(k).getParameters().values().stream()
                        .anyMatch(parameter -> parameter.getArray() == h);
    }

    private BranchGraph skipping(
            int k, NDArray leaf, BranchGraph graph, StepKey draw, boolean residual) {
        NDArray factors = dropPath.factors(leaf, k, depth(), layer(k), draw);
        return SkippingGraph.of(graph, factors, leaf, residual);
    }

    private NDArray run(int k, NDArray state, NDList context, boolean training) {
        requireWeights(k, state);
        ParameterStore store = store(state);
        NDList inputs = new NDList(state);
        inputs.addAll(context);
        NDList outputs = blocks.get(k).forward(store, inputs, training);
        if (outputs.size() != 1) {
            throw new IllegalArgumentException(
                    name(k)
                            + " has "
                            + outputs.size()
                            + " outputs; a residual branch has one, like its input: "
                            + state.getDataType()
                            + state.getShape());
        }
        NDArray h = outputs.get(0);
        requireSame(k, state, h);
        return h;
    }

    private void requireWeights(int k, NDArray state) {
        if (!blocks.get(k).isInitialized()) {
            throw new IllegalStateException(
                    "branch "
                            + k
                            + " has no weights yet; call initialize(manager, DataType.FLOAT32, "
                            + state.getShape()
                            + ") on it first");
        }
    }

    private static void requireSame(int k, NDArray state, NDArray h) {
        if (!h.getShape().equals(state.getShape()) || h.getDataType() != state.getDataType()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "branch %d maps %s%s to %s%s; a residual branch keeps shape and type",
                            k,
                            state.getDataType(),
                            state.getShape(),
                            h.getDataType(),
                            h.getShape()));
        }
    }

    private static void refuseRunningStatistics(int k, Block block) {
        for (Pair<String, Parameter> entry : block.getParameters()) {
            Parameter.Type type = entry.getValue().getType();
            if (type == Parameter.Type.RUNNING_MEAN || type == Parameter.Type.RUNNING_VAR) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "branch %d keeps running statistics (%s), so recomputing it would not"
                                        + " repeat it; use LayerNorm instead of BatchNorm",
                                k,
                                entry.getKey()));
            }
        }
    }
}
