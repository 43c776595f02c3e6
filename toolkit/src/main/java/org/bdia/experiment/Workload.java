package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.RunStore;
import org.bdia.run.Sample;
import org.bdia.train.Task;

/** What a run's configuration means in data and model. */
interface Workload {

    /**
     * The workload of a configuration, its data read.
     *
     * @param store has the runs that others begin with
     */
    static Workload of(RunConfig config, DataFolder folder, RunStore store) {
        if (config.task() instanceof TaskConfig.Images images) {
            return new ImageWorkload(config, images, folder);
        }
        if (config.task() instanceof TaskConfig.Text text) {
            return new TextWorkload(config, text, folder);
        }
        if (config.task() instanceof TaskConfig.Translation translation) {
            return new TranslationWorkload(config, translation, folder);
        }
        return new RestaurantsWorkload(
                config, (TaskConfig.Restaurants) config.task(), folder, store);
    }

    /**
     * Checks, before anything is trained, that the model can read what it will be given.
     *
     * @param mend what can be done about it, beside raising the context
     * @throws IllegalArgumentException if it has more tokens than the context
     */
    static void requireFits(String what, int tokens, int context, String mend) {
        if (tokens > context) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d tokens to read, but the model's context is %d; raise the model's context, %s",
                            what,
                            tokens,
                            context,
                            mend));
        }
    }

    /** What the data are. */
    Provenance provenance();

    /** What is learned. */
    Task task();

    /** The model with the weights that training begins with. */
    ReversibleModel model(NDManager manager);

    /** What is measured once, when the training is finished, beside the test loss. */
    default Outputs finish(ReversibleModel model, NDManager manager) {
        return Outputs.none();
    }

    /**
     * What a finished model was asked to do.
     *
     * @param metrics scores on the test data
     * @param samples outputs to be read
     */
    record Outputs(Map<String, Double> metrics, List<Sample> samples) {

        static Outputs none() {
            return new Outputs(Map.of(), List.of());
        }
    }
}
