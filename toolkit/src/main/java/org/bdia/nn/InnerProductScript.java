package org.bdia.nn;

import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Precision;
import org.bdia.nn.BranchScript.Dropping;
import org.bdia.nn.BranchScript.Options;
import org.bdia.nn.BranchScript.Part;
import org.bdia.torch.ScriptText;
import org.bdia.torch.TorchScript;

/**
 * TorchScript functions of a branch whose products are oneDNN's inner products: variants of the resource {@code
 * branch.torchscript}, and of {@code derivative.torchscript}, since the engine does not differentiate such products.
 *
 * @param options the branch's sizes, with an activation that is not inverted
 * @param masked whether a mask is added to the scores
 * @param dropping dropout, whose masks are kept for the derivative
 */
record InnerProductScript(Options options, boolean masked, Dropping dropping) {

    /**
     * A function of named arrays.
     *
     * @param inputs names of its arguments
     * @param outputs names of its results
     */
    record Function(List<String> inputs, TorchScript script, List<String> outputs) {

        /** The names of what a derivative's results after the first are the gradients of. */
        List<String> parameters() {
            return outputs.stream().skip(1).map(name -> name.substring(1)).toList();
        }
    }

    /** Returns the names of the branch's arguments: x, the block's parameters in its own order, the mask if there is one. */
    List<String> inputs() {
        return List.of(BranchScript.parameters(Part.WHOLE, options.pattern(), masked).split(", "));
    }

    /** Returns the function of the branch's value. */
    TorchScript value() {
        return new TorchScript(String.join(", ", inputs()), forward(false));
    }

    /** Returns the function of the branch's value h and of what its derivative needs. */
    Function keeping() {
        List<String> outputs = new ArrayList<>(List.of("h"));
        outputs.addAll(kept(Part.MLP));
        outputs.addAll(kept(Part.ATTENTION));
        return new Function(
                inputs(), TorchScript.ofMany(String.join(", ", inputs()), forward(true)), outputs);
    }

    /** The names of what a part of the derivative needs of the forward pass, beside x and the weights. */
    private List<String> kept(Part part) {
        List<String> names = new ArrayList<>();
        if (part == Part.MLP) {
            names.addAll(List.of("a", "hidden"));
            names.addAll(dropping.masks() ? List.of("y_kept", "g_kept") : List.of());
            return names;
        }
        names.addAll(List.of("qkv", "attended"));
        names.add(masked || dropping.masks() ? "weights" : "total");
        names.addAll(dropping.masks() ? List.of("used_kept", "f_kept") : List.of());
        return names;
    }

    private String forward(boolean keeping) {
        List<String> saved = new ArrayList<>(kept(Part.MLP));
        saved.addAll(kept(Part.ATTENTION));
        String mask = keeping ? "$1_kept" : "unused";
        // At rate 0 nothing is drawn, so that a check leaves the engine's generator alone.
        String draws = dropping.rate() > 0 ? "True" : "False";
        String arguments = String.join(", ", "$1", Float.toString(dropping.rate()), draws);
        String dropout = "$1, " + mask + ", = torch.native_dropout(" + arguments + ")";
        return text("branch.torchscript", Part.WHOLE)
                .with("BY_HAND", true)
                .with("KEEPING", keeping)
                .with("SAVED", String.join(", ", saved))
                .withCall("LINEAR", product("$1", "$2_weight", "$2_bias"))
                .withCall("DROP", dropping.masks() ? dropout : "pass")
                .toString();
    }

    /**
     * Returns a part of the branch's vector–Jacobian product: {@link Part#MLP} first, then {@link Part#ATTENTION}.
     *
     * @param residual whether the output is x + h(x)
     * @param maskToo whether the mask's gradient is wanted
     */
    Function derivative(Part part, boolean residual, boolean maskToo) {
        boolean first = part == Part.MLP;
        List<String> parameters = part.of(inputs().subList(1, inputs().size() - (masked ? 1 : 0)));
        List<String> inputs = new ArrayList<>(List.of("top"));
        inputs.addAll(first ? List.of() : List.of("x", "da"));
        inputs.addAll(kept(part));
        parameters.stream().filter(name -> !name.endsWith("_bias")).forEach(inputs::add);
        if (!first && maskToo) {
            inputs.add("mask");
        }
        List<String> outputs = new ArrayList<>(List.of(first ? "da" : "dx"));
        parameters.forEach(name -> outputs.add("d" + name));
        if (!first && maskToo) {
            outputs.add("dmask");
        }
        String flatX = "torch.t(" + flat("$2") + ")";
        String flatD = "torch.t(" + flat("$1") + ")";
        String weight =
                "torch.t("
                        + product(flatX, flatD, "None")
                        + ") if torch.le(torch.size($2, -1), torch.size($1, -1)) else "
                        + product(flatD, flatX, "None");
        double gain = 1 / (1 - (double) dropping.rate());
        String kept = "torch.native_dropout_backward($1, $2_kept, " + gain + ")";
        String body =
                text("derivative.torchscript", part)
                        .with("RESIDUAL", residual)
                        .with("MASK_TOO", maskToo)
                        .with("RESULTS", String.join(", ", outputs))
                        .withCall("INTO", product("$1", "torch.t($2_weight)", "None"))
                        .withCall("WEIGHT", weight)
                        .withCall("BIAS", "torch.sum(" + flat("$1") + ", [0])")
                        .withCall("KEPT", dropping.masks() ? kept : "$1")
                        .toString();
        return new Function(inputs, TorchScript.ofMany(String.join(", ", inputs), body), outputs);
    }

    private ScriptText text(String resource, Part part) {
        return BranchScript.text(resource, part, options, Precision.FLOAT32, masked, dropping);
    }

    private static String product(String x, String weight, String bias) {
        return "ops.mkldnn._linear_pointwise("
                + String.join(", ", x, weight, bias)
                + ", \"none\", [], \"\")";
    }

    private static String flat(String name) {
        return "torch.flatten(" + name + ", 0, 1)";
    }
}
