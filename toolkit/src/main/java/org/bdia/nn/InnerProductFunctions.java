package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bdia.nn.BranchScript.Part;
import org.bdia.reversible.BranchGraph;
import org.bdia.torch.Autograd;
import org.bdia.torch.TorchScript;

/** The functions of one {@link InnerProductScript}, each made when it is first needed, and the graphs that they make up. */
final class InnerProductFunctions implements Kernel {

    private record Key(Part part, boolean residual, boolean maskToo) {}

    private final InnerProductScript script;
    private final TorchScript value;
    private final InnerProductScript.Function keeping;
    private final Map<Key, InnerProductScript.Function> derivatives = new HashMap<>();

    InnerProductFunctions(InnerProductScript script) {
        this.script = script;
        value = script.value();
        keeping = script.keeping();
    }

    private InnerProductScript.Function derivative(Key key) {
        return derivatives.computeIfAbsent(
                key, k -> script.derivative(k.part, k.residual, k.maskToo));
    }

    @Override
    public NDArray value(List<NDArray> inputs, List<NDArray> parameters, NDArray mask) {
        return Autograd.unrecorded(() -> value.call(arguments(inputs.get(0), parameters, mask)));
    }

    @Override
    public NDArray differentiate(
            List<NDArray> inputs, List<NDArray> parameters, NDArray mask, NDArray gradient) {
        BranchGraph graph = graph(inputs.get(0), parameters, mask, false);
        graph.backward(gradient);
        return graph.output();
    }

    private static NDArray[] arguments(NDArray x, List<NDArray> parameters, NDArray mask) {
        List<NDArray> arguments = new ArrayList<>(List.of(x));
        arguments.addAll(parameters);
        if (mask != null) {
            arguments.add(mask);
        }
        return arguments.toArray(NDArray[]::new);
    }

    /**
     * The graph of h(x), or of x + h(x).
     *
     * @param mask belongs to the graph; gradients are added to those of what it was recorded of
     */
    BranchGraph graph(NDArray leaf, List<NDArray> parameters, NDArray mask, boolean residual) {
        return Autograd.unrecorded(
                () -> {
                    NDArray[] arguments = arguments(leaf, parameters, mask);
                    NDList results = keeping.script().callForMany(arguments);
                    NDArray output = results.get(0);
                    if (residual) {
                        try (NDArray h = output) {
                            output = leaf.add(h);
                        }
                    }
                    Map<String, NDArray> given = named(keeping.inputs(), List.of(arguments));
                    Map<String, NDArray> kept = named(keeping.outputs(), results);
                    kept.remove("h");
                    return new Graph(this, given, mask, kept, residual, output);
                });
    }

    private static Map<String, NDArray> named(List<String> names, List<NDArray> arrays) {
        Map<String, NDArray> map = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            map.put(names.get(i), arrays.get(i));
        }
        return map;
    }

    /**
     * The graph of one evaluation.
     *
     * @param given x, the parameters, which belong to others, and the mask
     * @param mask null without one
     * @param kept what the derivative needs besides
     */
    private record Graph(
            InnerProductFunctions functions,
            Map<String, NDArray> given,
            NDArray mask,
            Map<String, NDArray> kept,
            boolean residual,
            NDArray output)
            implements BranchGraph {

        @Override
        public void backward(NDArray gradient) {
            boolean maskToo = mask != null && Autograd.hasGraph(mask);
            Autograd.unrecorded(
                    () -> {
                        kept.put("top", gradient);
                        kept.put("da", part(Part.MLP, false));
                        try (NDArray dx = part(Part.ATTENTION, maskToo)) {
                            Autograd.accumulate(given.get("x"), dx);
                        }
                        return null;
                    });
            if (mask != null) {
                mask.close();
            }
        }

        /** Adds a part's gradients, frees what it alone needed, and returns its first result. */
        private NDArray part(Part part, boolean maskToo) {
            InnerProductScript.Function function =
                    functions.derivative(new Key(part, residual, maskToo));
            NDArray[] arguments =
                    function.inputs().stream().map(this::array).toArray(NDArray[]::new);
            NDList results = function.script().callForMany(arguments);
            for (String name : function.inputs()) {
                if (!name.equals("top") && kept.containsKey(name)) {
                    kept.remove(name).close();
                }
            }
            List<String> names = function.parameters();
            for (int i = 0; i < names.size(); i++) {
                try (NDArray gradient = results.get(i + 1)) {
                    Autograd.accumulate(given.get(names.get(i)), gradient);
                }
            }
            return results.get(0);
        }

        private NDArray array(String name) {
            NDArray own = kept.get(name);
            return own == null ? given.get(name) : own;
        }

        @Override
        public NDList arrays() {
            NDList arrays = new NDList(kept.values());
            arrays.add(output);
            if (mask != null) {
                arrays.add(mask);
            }
            return arrays;
        }

        @Override
        public void close() {
            kept.remove("top");
            arrays().close();
        }
    }
}
