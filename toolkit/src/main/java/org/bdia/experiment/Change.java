package org.bdia.experiment;

import java.math.BigDecimal;
import java.util.Locale;
import org.bdia.config.ModelConfig;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.TrainConfig;

/** What a line of a comparison changes in the experiment's model or training, beside its method: a regulariser, or how it learns. */
public sealed interface Change {

    /**
     * Dropout on the embedding and inside the branches, in place of the model's own rate.
     *
     * @param rate 0 ≤ rate &lt; 1
     */
    record Dropout(double rate) implements Change {
        @Override
        public ModelConfig apply(ModelConfig model) {
            return model.withDropout(rate);
        }

        @Override
        public String suffix() {
            return "+dropout" + rate;
        }
    }

    /**
     * Stochastic depth: samples skip whole branches, the later the more often.
     *
     * @param rate the probability at the last branch, 0 ≤ rate &lt; 1
     */
    record DropPath(double rate) implements Change {
        @Override
        public ModelConfig apply(ModelConfig model) {
            return model.withDropPath(rate);
        }

        @Override
        public String suffix() {
            return "+droppath" + rate;
        }
    }

    /**
     * Weight decay in place of the optimiser's own.
     *
     * @param decay fraction of a weight per unit of learning rate, 0 or more
     */
    record WeightDecay(double decay) implements Change {
        @Override
        public TrainConfig apply(TrainConfig train) {
            return train.withOptimizer(train.optimizer().withWeightDecay(decay));
        }

        @Override
        public String suffix() {
            return "+decay" + decay;
        }
    }

    /**
     * Label smoothing in place of the training's own; losses on validation and test data stay without.
     *
     * @param share of the target spread over all classes, 0 ≤ share &lt; 1
     */
    record LabelSmoothing(double share) implements Change {
        @Override
        public TrainConfig apply(TrainConfig train) {
            return train.withLabelSmoothing(share);
        }

        @Override
        public String suffix() {
            return "+smooth" + share;
        }
    }

    /**
     * Another peak of the learning rate; the schedule keeps its shape.
     *
     * @param peak above 0
     */
    record LearningRate(double peak) implements Change {
        @Override
        public TrainConfig apply(TrainConfig train) {
            return train.withSchedule(train.schedule().withPeak(peak));
        }

        @Override
        public String suffix() {
            return "+lr" + BigDecimal.valueOf(peak).stripTrailingZeros().toPlainString();
        }
    }

    /**
     * Another optimiser.
     *
     * @param config the optimiser and its constants
     */
    record Optimizer(OptimizerConfig config) implements Change {
        @Override
        public TrainConfig apply(TrainConfig train) {
            return train.withOptimizer(config);
        }

        @Override
        public String suffix() {
            return "+" + config.getClass().getSimpleName().toLowerCase(Locale.ROOT);
        }
    }

    /** The model with it. */
    default ModelConfig apply(ModelConfig model) {
        return model;
    }

    /** The training with it. */
    default TrainConfig apply(TrainConfig train) {
        return train;
    }

    /** What it adds to a method's name, for example {@code +dropout0.1}. */
    String suffix();
}
