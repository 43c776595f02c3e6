package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.VisionTransformer;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A block's update in the backward pass changes no bit of the weights: the law of {@link Update#PER_BLOCK}. */
class UpdateTest {
    private static final Execution LEAN =
            Execution.of(Backprop.REVERSIBLE).withChunkTokens(20).withVerify(true);

    private static Stream<Arguments> ways() {
        GuardSubject.Make vit = GuardSubject.VIT;
        GuardSubject.Make gpt = GuardSubject.GPT;
        GuardSubject.Make pairs = GuardSubject.SEQ2SEQ;
        var adamW = OptimizerConfig.adamW(0.05);
        var gelu = ActivationConfig.GELU;
        var inverted = ActivationConfig.inverted(ActivationConfig.Function.GELU);
        var bdia = Method.bdia(0.5);
        return Stream.of(
                Arguments.of("vit, lean", vit, bdia, LEAN, gelu, adamW),
                Arguments.of("vit, revnet", vit, Method.revNet(), LEAN, gelu, adamW),
                Arguments.of("vit, inverted", vit, bdia, LEAN, inverted, adamW),
                Arguments.of("gpt, stored", gpt, bdia, Execution.of(Backprop.STORE), gelu, adamW),
                Arguments.of(
                        "gpt, checkpointed, SET-Adam",
                        gpt,
                        Method.standard(),
                        Execution.of(Backprop.CHECKPOINT),
                        gelu,
                        OptimizerConfig.setAdam()),
                Arguments.of("pairs, lean", pairs, bdia, LEAN, gelu, adamW));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void weightsAreThoseOfAfterBackward(
            String name,
            GuardSubject.Make make,
            Method method,
            Execution execution,
            ActivationConfig activation,
            OptimizerConfig optimizer) {
        try (NDManager manager = NDManager.newBaseManager()) {
            var after = make.of(method, execution, activation, manager);
            var perBlock = make.of(method, execution, activation, manager);
            List<ByteBuffer> initial = weights(after.model());

            train(after.model(), after.task(), optimizer, Update.AFTER_BACKWARD, manager);
            train(perBlock.model(), perBlock.task(), optimizer, Update.PER_BLOCK, manager);

            assertThat(weights(after.model())).doesNotContainAnyElementsOf(initial.subList(0, 1));
            assertThat(weights(perBlock.model())).isEqualTo(weights(after.model()));
        }
    }

    @Test
    void deepModelsToo() {
        var config =
                VitConfig.smoke()
                        .withWidth(8)
                        .withMlp(16)
                        .withHeads(2)
                        .withDepth(24)
                        .withDropout(0.1);
        var task = new ImageTask(SyntheticImages.split(10, 24, 6, 6, 3), Augmentation.paper());
        try (NDManager manager = NDManager.newBaseManager()) {
            List<List<ByteBuffer>> found =
                    Stream.of(Update.values())
                            .map(
                                    update -> {
                                        var model =
                                                new VisionTransformer(
                                                        config, Method.bdia(0.5), LEAN);
                                        model.initialize(manager, 5);
                                        var adamW = OptimizerConfig.adamW(0.05);
                                        train(model, task, adamW, update, manager);
                                        return weights(model);
                                    })
                            .toList();

            assertThat(found.get(1)).isEqualTo(found.get(0));
        }
    }

    private static void train(
            ReversibleModel model,
            Task task,
            OptimizerConfig optimizer,
            Update update,
            NDManager manager) {
        var config =
                TrainConfig.of(1, 6, 3e-3)
                        .withOptimizer(optimizer)
                        .withClipNorm(0)
                        .withUpdate(update);
        new Trainer(model, task, config, 1).train(manager);
    }

    private static List<ByteBuffer> weights(ReversibleModel model) {
        return model.getParameters().values().stream()
                .map(Parameter::getArray)
                .map(array -> ByteBuffer.wrap(array.toByteArray()))
                .toList();
    }
}
