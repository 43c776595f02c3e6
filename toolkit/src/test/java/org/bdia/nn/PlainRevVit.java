package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.config.VitConfig;

/**
 * A whole RevViT from its published equations, as one graph of elementary operations: two streams in two variables, layer
 * normalisation, softmax and heads written out. It shares the weights of a model of ours and none of its code.
 */
final class PlainRevVit {

    private static final double EPSILON = 1e-5;

    private final VitConfig config;
    private final Map<String, NDArray> weights = new TreeMap<>();

    PlainRevVit(VitConfig config, Block model) {
        this.config = config;
        for (Pair<String, Parameter> entry : model.getParameters()) {
            weights.put(entry.getKey(), entry.getValue().getArray());
        }
    }

    /** (B, 3, S, S) → (B, C). */
    NDArray scores(NDArray images) {
        NDArray embedded = linear("01embedding_01project", patches(images));
        embedded = embedded.add(weight("01embedding_position"));
        NDArray x1 = embedded;
        NDArray x2 = embedded;
        for (int k = 0; k < config.depth(); k++) {
            String block = String.format(Locale.ROOT, "%02dblock_", 2 + k);
            NDArray y1 = x1.add(attention(block, norm(block + "01ln1", x2)));
            NDArray y2 = x2.add(mlp(block + "04mlp_", norm(block + "03ln2", y1)));
            x1 = y1;
            x2 = y2;
        }
        NDArray pooled = x1.concat(x2, 2).mean(new int[] {1});
        NDArray normed = norm(String.format(Locale.ROOT, "%02dnorm", 2 + config.depth()), pooled);
        return linear(String.format(Locale.ROOT, "%02dhead", 3 + config.depth()), normed);
    }

    /** Every patch as a row, channel by channel; (B, S/P · S/P, 3·P·P). */
    private NDArray patches(NDArray images) {
        int patch = config.patch();
        NDArray rows = null;
        for (int top = 0; top < config.image(); top += patch) {
            for (int left = 0; left < config.image(); left += patch) {
                NDArray row =
                        images.get(":, :, {}:{}, {}:{}", top, top + patch, left, left + patch)
                                .reshape(images.getShape().get(0), 1, 3L * patch * patch);
                rows = rows == null ? row : rows.concat(row, 1);
            }
        }
        return rows;
    }

    private NDArray attention(String block, NDArray x) {
        int width = config.width();
        int size = width / config.heads();
        NDArray joined = linear(block + "02attention_01qkv", x);
        NDArray heads = null;
        for (int h = 0; h < config.heads(); h++) {
            NDArray q = columns(joined, h * size, size);
            NDArray k = columns(joined, width + h * size, size);
            NDArray v = columns(joined, 2 * width + h * size, size);
            NDArray scores = q.matMul(k.transpose(0, 2, 1)).div(number(x, Math.sqrt(size))).exp();
            NDArray mixed = scores.div(scores.sum(new int[] {2}, true)).matMul(v);
            heads = heads == null ? mixed : heads.concat(mixed, 2);
        }
        return linear(block + "02attention_02out", heads);
    }

    private static NDArray columns(NDArray x, int from, int size) {
        return x.get(":, :, {}:{}", from, from + size);
    }

    private NDArray mlp(String mlp, NDArray x) {
        return linear(mlp + "02fc2", Activation.gelu(linear(mlp + "01fc1", x)));
    }

    private NDArray linear(String name, NDArray x) {
        return x.matMul(weight(name + "_weight").transpose()).add(weight(name + "_bias"));
    }

    /** (x − mean) / √(variance + ε) · scale + shift over the last axis. */
    private NDArray norm(String name, NDArray x) {
        int[] last = {x.getShape().dimension() - 1};
        NDArray centred = x.sub(x.mean(last, true));
        NDArray variance = centred.mul(centred).mean(last, true);
        NDArray unit = centred.div(variance.add(number(x, EPSILON)).sqrt());
        return unit.mul(weight(name + "_gamma")).add(weight(name + "_beta"));
    }

    private NDArray weight(String name) {
        if (!weights.containsKey(name)) {
            throw new IllegalArgumentException(name + " is none of " + weights.keySet());
        }
        return weights.get(name);
    }

    private static NDArray number(NDArray like, double value) {
        return like.onesLike().mean().mul(like.getManager().create((float) value)).stopGradient();
    }
}
