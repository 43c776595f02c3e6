package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.config.ModelConfig;
import org.bdia.config.OwnData;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.data.TextCorpus;
import org.bdia.nn.ReversibleModel;
import org.bdia.report.ImageGrid;
import org.bdia.run.RunStore;
import org.bdia.run.Sample;
import org.bdia.train.Task;
import tech.tablesaw.api.Table;

/**
 * The data, model and task that a {@link RunConfig} describes. A new task is a record in {@link TaskConfig}, a file beside this one,
 * which says what it reads, builds, scores and is sized like, and a line in {@link #of}, {@link #names}, {@link #preset} and {@link Experiment}.
 */
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
        if (config.task() instanceof TaskConfig.E2eNlg e2e) {
            return new E2eWorkload(config, e2e, folder, store);
        }
        if (config.task() instanceof OwnData.Images images) {
            return new ImageWorkload(config, images);
        }
        if (config.task() instanceof OwnData.Text text) {
            return new TextWorkload(config, text);
        }
        if (config.task() instanceof OwnData.Pairs pairs) {
            return new TranslationWorkload(config, pairs);
        }
        if (config.task() instanceof OwnData.Completions completions) {
            return new E2eWorkload(config, completions, folder, store);
        }
        throw new IllegalStateException(
                config.task() + " has no workload; write one and list it in Workload.of");
    }

    /** The tasks that have presets, by their labels. */
    static List<String> names() {
        return List.of(
                "cifar10",
                "cifar10-brief",
                "cifar100",
                "translation",
                "translation-brief",
                "openwebtext",
                "shakespeare",
                "shakespeare-brief",
                "e2e");
    }

    /**
     * The preset of a task: the plain transformer beside BDIA.
     *
     * @throws IllegalArgumentException if there is none of that name
     */
    static TrainingExperiment<?, ?> preset(String task, Environment environment) {
        return switch (task) {
            case "cifar10" -> ImageWorkload.overFitting(environment);
            case "cifar10-brief" -> ImageWorkload.brief(Cifar.Kind.CIFAR_10, environment);
            case "cifar100" -> ImageWorkload.brief(Cifar.Kind.CIFAR_100, environment);
            case "translation" -> TranslationWorkload.overFitting(environment);
            case "translation-brief" -> TranslationWorkload.brief(environment);
            case "openwebtext" -> TextWorkload.preset(TextCorpus.Source.OPENWEBTEXT, environment);
            case "shakespeare" -> TextWorkload.overFitting(environment);
            case "shakespeare-brief" ->
                    TextWorkload.preset(TextCorpus.Source.SHAKESPEARE, environment);
            case "e2e" -> E2eWorkload.preset(environment);
            default ->
                    throw new IllegalArgumentException(
                            "there is no task '" + task + "'; choose one of " + names());
        };
    }

    /**
     * Checks, before anything is trained, that the model can read what it will be given.
     *
     * @param remedy what can be done about it, beside raising the context
     * @throws IllegalArgumentException if it has more tokens than the context
     */
    static void requireFits(String what, int tokens, int context, String remedy) {
        if (tokens > context) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d tokens to read, but the model's context is %d; raise the model's context, %s",
                            what,
                            tokens,
                            context,
                            remedy));
        }
    }

    /**
     * Checks that a finished run was made on the data that are there now: a user's own may change under the same name, and so may a
     * published set, of which the data folder may have had a part alone.
     *
     * @param now the data that the run's configuration reads
     * @throws ExperimentException if the run was made on others
     */
    static void requireSameData(RunConfig run, Provenance now, RunStore store) {
        Provenance then = store.read(run.id()).data();
        boolean same =
                run.task() instanceof OwnData
                        ? then.equals(now)
                        // The digest is the training file's; the source holds those of the others.
                        : then.sha256().equals(now.sha256()) && then.source().equals(now.source());
        if (!same) {
            throw new ExperimentException(
                    String.format(
                            Locale.ROOT,
                            "%s: the run was made on %s, but the data are now %s; bring them back, give the changed data"
                                    + " another path, or remove the run's folder",
                            store.finished(run.id()),
                            then,
                            now));
        }
    }

    /**
     * Returns the workload of another run of the same task, which shares this one's data.
     *
     * @param run its task equals this one's
     */
    Workload with(RunConfig run);

    /** Name, source and digest of the data. */
    Provenance provenance();

    /** Returns how much data there is, see {@link TrainingExperiment#sizes}. */
    Table sizes();

    /**
     * Returns the first samples of every part.
     *
     * @throws IllegalArgumentException if they are images
     */
    default Table examples() {
        throw new IllegalArgumentException(
                "the samples of this task are images; show trainingImages(0) instead");
    }

    /**
     * Returns the first images of an epoch as training sees them.
     *
     * @throws IllegalArgumentException if the task has no images, or the epoch is negative
     */
    default ImageGrid trainingImages(int epoch) {
        throw new IllegalArgumentException(
                "the samples of this task are texts; show examples() instead");
    }

    /** The batches, loss and metrics of training and evaluation. */
    Task task();

    /** Returns the architecture that is trained: what is configured, with as many tokens as the data have. */
    default ModelConfig architecture(ModelConfig configured) {
        return configured;
    }

    /** The model with the weights that training begins with. */
    ReversibleModel model(NDManager manager);

    /** Measures once, when the training is finished, what is reported beside the test loss. */
    default Outputs finish(ReversibleModel model, NDManager manager) {
        return Outputs.none();
    }

    /**
     * Answers inputs with texts.
     *
     * @throws IllegalArgumentException if the task's models write nothing
     */
    default List<String> write(ReversibleModel trained, NDManager manager, List<String> inputs) {
        throw new IllegalArgumentException(
                "the models of this task write no text; they classify images");
    }

    /**
     * Returns the probability of every class, the likeliest first.
     *
     * @param image uint8 (3, S, S), row-major
     * @throws IllegalArgumentException if the task's models classify nothing, or the image has another size
     */
    default Map<String, Double> classify(ReversibleModel trained, NDManager manager, byte[] image) {
        throw new IllegalArgumentException(
                "the models of this task classify no images; they write text");
    }

    /**
     * The outputs of a finished model.
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
