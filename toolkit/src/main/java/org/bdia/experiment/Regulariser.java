package org.bdia.experiment;

import org.bdia.nn.ModelConfig;

/** What a line of a comparison adds against over-fitting, beside what its method does. */
public sealed interface Regulariser {

    /** Nothing. */
    record None() implements Regulariser {
        @Override
        public ModelConfig apply(ModelConfig model) {
            return model;
        }

        @Override
        public String suffix() {
            return "";
        }
    }

    /**
     * Dropout on the embedding and inside the branches, in place of the model's own rate.
     *
     * @param rate 0 ≤ rate &lt; 1
     */
    record Dropout(double rate) implements Regulariser {
        @Override
        public ModelConfig apply(ModelConfig model) {
            return model.withDropout(rate);
        }

        @Override
        public String suffix() {
            return "+dropout" + rate;
        }
    }

    /** The model with it. */
    ModelConfig apply(ModelConfig model);

    /** What it adds to a method's name, for example {@code +dropout0.1}. */
    String suffix();
}
