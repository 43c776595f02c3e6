package org.bdia.measure;

import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.ModelConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.ReversibleStack;

/** A model's parts in a table of text. Letters: B batch, T tokens, D width. */
final class ModelSummary {

    private static final double MIB = 1 << 20;

    /** Equal parts that follow each other. */
    private record Part(String name, int count, Shape output, long parameters) {}

    private final ReversibleModel model;
    private final ModelConfig config;
    private final ReversibleStack stack;
    private final int batch;

    ModelSummary(ReversibleModel model, int batch) {
        this.model = model;
        this.batch = batch;
        if (model instanceof VisionTransformer vit) {
            config = vit.config();
            stack = vit.stack();
        } else if (model instanceof Gpt gpt) {
            config = gpt.config();
            stack = gpt.stack();
        } else if (model instanceof Seq2Seq pair) {
            config = pair.config();
            stack = pair.decoder();
        } else {
            throw new IllegalArgumentException(
                    "a summary is made of Gpt, VisionTransformer and Seq2Seq, but the model is a "
                            + model.getClass().getSimpleName());
        }
    }

    String text() {
        StringBuilder text = new StringBuilder();
        line(text, "part", "output", "parameters");
        long all = 0;
        for (Part part : parts()) {
            String name = part.count == 1 ? part.name : part.name + " × " + part.count;
            long parameters = part.count * part.parameters;
            line(text, name, part.output.toString(), grouped(parameters));
            all += parameters;
        }
        line(text, "all", "", grouped(all));
        return text.append(training()).toString();
    }

    private static void line(StringBuilder text, String name, String output, String parameters) {
        text.append(String.format(Locale.ROOT, "%-16s %-20s %14s%n", name, output, parameters));
    }

    private static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (Pair<String, Block> child : model.getChildren()) {
            String name = child.getKey().replaceFirst("^\\d+", "");
            long parameters = 0;
            for (Pair<String, Parameter> parameter : child.getValue().getParameters()) {
                parameters += parameter.getValue().getArray().size();
            }
            Part part = new Part(name, 1, output(name), parameters);
            int last = parts.size() - 1;
            if (last >= 0 && parts.get(last).name.equals(name)) {
                part = new Part(name, parts.get(last).count + 1, part.output, parameters);
                parts.remove(last);
            }
            parts.add(part);
        }
        return parts;
    }

    private Shape output(String part) {
        if (config instanceof VitConfig vit) {
            return switch (part) {
                case "head" -> new Shape(batch, vit.classes());
                case "norm" -> new Shape(batch, (long) stack.streams() * vit.width());
                default -> new Shape(batch, vit.tokens(), vit.width());
            };
        }
        int tokens =
                config instanceof GptConfig gpt
                        ? gpt.context()
                        : ((Seq2SeqConfig) config).context();
        return new Shape(batch, tokens, config.width());
    }

    private String training() {
        Execution execution = stack.execution();
        String how = stack.method() + ", " + execution.backprop() + ", batch " + batch;
        try {
            MemoryModel memory = MemoryModel.of(config, stack.method());
            return String.format(
                    Locale.ROOT,
                    "training (%s): %.1f MiB for weights, gradients and AdamW's moments, and a step's peak of"
                            + " %.1f MiB above that%n",
                    how,
                    memory.resting() / MIB,
                    memory.peak(execution, batch) / MIB);
        } catch (IllegalArgumentException e) {
            return String.format(Locale.ROOT, "training (%s): %s%n", how, e.getMessage());
        }
    }
}
