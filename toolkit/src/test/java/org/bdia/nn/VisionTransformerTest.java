package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.ParameterStore;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bdia.ChosenProducts;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.VitConfig;
import org.bdia.config.VitConfig.Pooling;
import org.bdia.reversible.StepKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

class VisionTransformerTest extends TensorTest {

    private static final VitConfig SMALL = VitConfig.smoke().withWidth(8).withMlp(16).withDepth(3);

    /** Bit for bit where autograd may multiply as the stack does. */
    @ExtendWith(ChosenProducts.Linear.class)
    @Test
    void standardEqualsDjlsOwnTraining() {
        try (Model model = Model.newInstance("vit")) {
            VisionTransformer vit = model(SMALL, Method.standard(), Backprop.STORE);
            NDArray images = images(4);
            float loss =
                    vit.differentiate(new NDList(images), VisionTransformerTest::loss, draw(4));
            float[] gradient = gradient(vit, "01embedding_01project_weight");
            Gradients.clear(List.of(vit));
            model.setBlock(vit);
            try (Trainer trainer = model.newTrainer(new DefaultTrainingConfig(Loss.l2Loss()))) {
                trainer.initialize(images.getShape());
                float djlLoss;
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDArray value = loss(trainer.forward(new NDList(images)).get(0));
                    collector.backward(value);
                    djlLoss = value.getFloat();
                }
                assertThat(djlLoss).isEqualTo(loss);
                assertThat(gradient(vit, "01embedding_01project_weight"))
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(gradient);
            }
        }
    }

    @Test
    void everySeedDrawsWeightsOfItsOwn() {
        Set<Float> drawn = new HashSet<>();
        long[] seeds = {0, 1, -1, -2, Integer.MAX_VALUE, 1L << 31, 1L << 32, Long.MIN_VALUE};
        for (long seed : seeds) {
            try (NDManager own = manager.newSubManager()) {
                for (int twice = 0; twice < 2; twice++) {
                    var model = new VisionTransformer(SMALL, Method.standard(), Backprop.STORE);
                    model.initialize(own, seed);
                    drawn.add(model.getParameters().valueAt(0).getArray().sum().getFloat());
                }
            }
        }
        assertThat(drawn).hasSize(seeds.length);
    }

    @Test
    void weightsOfOneMethodAreThoseOfEveryOther() {
        VisionTransformer plain = model(SMALL, Method.standard(), Backprop.STORE);
        VisionTransformer bdia = model(SMALL, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDList images = new NDList(images(4));

        assertThat(bdia.getParameters().keys()).isEqualTo(plain.getParameters().keys());
        float difference = bdia.predict(images).sub(plain.predict(images)).abs().max().getFloat();
        assertThat(difference).isBetween(1e-7f, 0.02f);
    }

    @Test
    void aSampleIsPredictedAloneAsInABatch() {
        VisionTransformer bdia = model(SMALL, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray images = images(4);
        float[] alone = bdia.predict(new NDList(images.get("2:3"))).toFloatArray();

        assertThat(bdia.predict(new NDList(images)).get(2).toFloatArray())
                .usingComparatorWithPrecision(1e-2f)
                .containsExactly(alone);
    }

    @Test
    void aSampleDrawsItsGammaWhereverItStands() {
        StepKey one = new StepKey(3, 9, new long[] {11, 12, 13});
        StepKey other = new StepKey(3, 9, new long[] {13, 11, 12});
        VisionTransformer bdia = model(SMALL, Method.bdia(0.5), Backprop.STORE);
        NDArray x = bdia.embed(images(3));
        NDArray rolled = x.get("2:3").concat(x.get("0:2"));

        NDArray y = bdia.stack().forward(x, one);
        NDArray z = bdia.stack().forward(rolled, other);

        assertThat(z.get("1:3").toFloatArray()).isEqualTo(y.get("0:2").toFloatArray());
    }

    @Test
    void thePapersModelHasItsNumberOfParameters() {
        VisionTransformer vit =
                new VisionTransformer(VitConfig.paper(), Method.bdia(0.5), Backprop.REVERSIBLE);
        vit.initialize(manager, 1);
        long parameters =
                vit.getParameters().values().stream().mapToLong(p -> p.getArray().size()).sum();

        assertThat(parameters / 1e6).isBetween(9.5, 9.7);
    }

    @Test
    void resultsBelongToTheBatchNotToTheModel() {
        for (Pooling pooling : Pooling.values()) {
            VisionTransformer vit =
                    model(SMALL.withPooling(pooling), Method.bdia(0.5), Backprop.REVERSIBLE);
            int before = manager.getManagedArrays().size();
            try (NDManager batch = manager.newSubManager()) {
                NDArray images = batch.zeros(new Shape(2, 3, 32, 32));
                NDArray x = vit.embed(images);
                vit.predict(new NDList(images));
                vit.stack().forward(x, draw(2));
                vit.stack().close();
            }
            assertThat(manager.getManagedArrays()).as("%s", pooling).hasSize(before);
        }
    }

    @Test
    void impossibleConfigurationsAndInputsAreRefused() {
        assertThatThrownBy(() -> model(SMALL.withHeads(3), Method.bdia(0.5), Backprop.REVERSIBLE))
                .hasMessage("width must be a multiple of heads, but width is 8 and heads is 3");
        assertThatThrownBy(() -> SMALL.withDropout(1))
                .hasMessage("dropout must be at least 0 and below 1, but is 1.0");
        assertThatThrownBy(() -> SMALL.withDepth(0))
                .hasMessage("depth must be at least 1, but is 0");
        assertThatThrownBy(() -> new Attention(64, 4, Attention.Pattern.FULL, 1.5f))
                .hasMessage("dropout must be at least 0 and below 1, but is 1.5");
        assertThatThrownBy(() -> new TransformerBlock(64, 4, 0, Attention.Pattern.FULL, 0))
                .hasMessage("mlp must be at least 1, but is 0");
        VisionTransformer vit = model(SMALL, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray wrong = manager.zeros(new Shape(2, 3, 28, 28));
        assertThatThrownBy(() -> vit.predict(new NDList(wrong)))
                .hasMessageStartingWith(
                        "the model takes images (B, 3, 32, 32), but got (2, 3, 28, 28);");
        NDList images = new NDList(images(2));
        assertThatThrownBy(() -> vit.forward(new ParameterStore(manager, false), images, true))
                .hasMessageContaining("DJL's own trainer can differentiate Method.standard() only");
        VisionTransformer skipping =
                model(SMALL.withDropPath(0.1), Method.standard(), Backprop.STORE);
        assertThatThrownBy(() -> skipping.forward(new ParameterStore(manager, false), images, true))
                .hasMessageContaining("this model's dropPath is 0.1");
    }

    private VisionTransformer model(VitConfig config, Method method, Backprop backprop) {
        VisionTransformer vit =
                new VisionTransformer(config, method, Execution.of(backprop).withVerify(true));
        vit.initialize(manager, 5);
        return vit;
    }

    private NDArray images(int batch) {
        Engine.getEngine("PyTorch").setRandomSeed(17);
        return manager.randomNormal(0f, 1f, new Shape(batch, 3, 32, 32), DataType.FLOAT32);
    }

    private static NDArray loss(NDArray scores) {
        return scores.mul(scores).mean();
    }

    private static StepKey draw(int batch) {
        return new StepKey(3, 2, new long[batch]);
    }

    private static float[] gradient(VisionTransformer vit, String name) {
        return vit.getParameters().get(name).getArray().getGradient().toFloatArray();
    }
}
