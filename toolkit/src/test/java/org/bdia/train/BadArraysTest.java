package org.bdia.train;

import static org.bdia.train.SmallModels.GPT;
import static org.bdia.train.SmallModels.VIT;
import static org.bdia.train.SmallModels.gpt;
import static org.bdia.train.SmallModels.vit;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bdia.BadInput;
import org.bdia.reversible.StepKey;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Arrays of shapes, types and values that a model does not take. */
class BadArraysTest {

    private static final Shape STATE = new Shape(2, 3, 4);

    static Stream<BadInput> arrays() {
        return Stream.of(
                state(
                        "float64",
                        STATE,
                        DataType.FLOAT64,
                        "states of bdia are float32, but the input is float64; convert it with"
                                + " toType(DataType.FLOAT32, false)"),
                state(
                        "integers",
                        STATE,
                        DataType.INT32,
                        "states of bdia are float32, but the input is int32; convert it with"
                                + " toType(DataType.FLOAT32, false)"),
                state(
                        "rank",
                        new Shape(2),
                        DataType.FLOAT32,
                        "the input needs a batch axis and a width, as in (B, T, D), but its shape is (2);"
                                + " reshape it"),
                state(
                        "samples",
                        new Shape(3, 3, 4),
                        DataType.FLOAT32,
                        "the draw is for 2 samples, but the input's shape is (3, 3, 4); pass one sample"
                                + " id per row"),
                BadInput.of(
                        "gradient",
                        vit(
                                VIT,
                                (model, manager, root) -> {
                                    var stack = model.stack();
                                    stack.forward(manager.zeros(STATE), draw());
                                    stack.backward(manager.zeros(new Shape(2, 3, 5)));
                                }),
                        "the gradient is float32(2, 3, 5) on cpu(), but the output is float32(2, 3, 4) on"
                                + " cpu(); pass the loss's gradient with respect to what forward returned"),
                BadInput.of(
                        "backward first",
                        vit(
                                VIT,
                                (model, manager, root) ->
                                        model.stack().backward(manager.zeros(STATE))),
                        "backward() needs a forward pass: call forward(x, draw) first"),
                BadInput.of(
                        "images",
                        vit(
                                VIT,
                                (model, manager, root) ->
                                        model.predict(
                                                new NDList(
                                                        manager.zeros(new Shape(2, 3, 28, 28))))),
                        "the model takes images (B, 3, 32, 32), but got (2, 3, 28, 28); resize them, or"
                                + " make the model for their size"),
                ids(
                        "ids, type",
                        2,
                        DataType.INT32,
                        0,
                        "the tokens must be int64 ids of shape (B, T), but are int32(1, 2); convert them"
                                + " with toType(DataType.INT64, false)"),
                ids(
                        "ids, too many",
                        7,
                        DataType.INT64,
                        0,
                        "the tokens have 7 tokens a row, but the model's context is 6; cut them, or choose"
                                + " a longer context"),
                ids(
                        "ids, unknown",
                        2,
                        DataType.INT64,
                        11,
                        "the tokens hold the id 11, but the vocabulary has ids 0 to 10; encode the text"
                                + " with the model's own vocabulary"),
                BadInput.of(
                        "no samples",
                        root -> new StepKey(1, 0, new long[0]),
                        "a step key needs step >= 0, part >= 0 and at least one sample id, but step is 0, part is 0 and there are 0"
                                + " ids; pass one sample id per row"));
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void badArraysAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static BadInput state(String name, Shape shape, DataType type, String message) {
        return BadInput.of(
                name,
                vit(
                        VIT,
                        (model, manager, root) ->
                                model.stack().forward(manager.zeros(shape, type), draw())),
                message);
    }

    private static BadInput ids(String name, int tokens, DataType type, int id, String message) {
        return BadInput.of(
                name,
                gpt(
                        GPT,
                        (model, manager, root) ->
                                model.predict(
                                        new NDList(manager.full(new Shape(1, tokens), id, type)))),
                message);
    }

    private static StepKey draw() {
        return new StepKey(1, 0, new long[] {0, 1});
    }
}
