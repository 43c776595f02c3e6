package org.bdia.train;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import org.bdia.BadInput.Step;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.VisionTransformer;

/** Models that are made in milliseconds, for steps that use one. */
final class SmallModels {

    static final VitConfig VIT =
            VitConfig.smoke().withWidth(4).withMlp(4).withDepth(2).withHeads(1);
    static final GptConfig GPT =
            GptConfig.nano()
                    .withVocabulary(11)
                    .withContext(6)
                    .withWidth(4)
                    .withMlp(4)
                    .withHeads(1)
                    .withDepth(1);

    /** Does something with a small model, its manager and a folder. */
    interface Use<M> {
        void with(M model, NDManager manager, Path root) throws Exception;
    }

    private SmallModels() {}

    static Step vit(VitConfig config, Use<VisionTransformer> use) {
        return root -> {
            try (NDManager manager = NDManager.newBaseManager()) {
                var model = new VisionTransformer(config, Method.bdia(0.5), Backprop.REVERSIBLE);
                model.initialize(manager, 5);
                use.with(model, manager, root);
            }
        };
    }

    static Step gpt(GptConfig config, Use<Gpt> use) {
        return root -> {
            try (NDManager manager = NDManager.newBaseManager()) {
                var model = new Gpt(config, Method.bdia(0.5), Backprop.REVERSIBLE);
                model.initialize(manager, 5);
                use.with(model, manager, root);
            }
        };
    }
}
