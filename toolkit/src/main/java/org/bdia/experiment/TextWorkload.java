package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.data.TextSplit;
import org.bdia.nn.Gpt;
import org.bdia.nn.GptConfig;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.RunConfig;
import org.bdia.run.TaskConfig;
import org.bdia.train.Task;
import org.bdia.train.TextTask;

/** A GPT that models a text. */
final class TextWorkload implements Workload {

    private final RunConfig config;
    private final TextSplit text;
    private final GptConfig model;

    TextWorkload(RunConfig config, TaskConfig.Text task, DataFolder folder) {
        this.config = config;
        text = text(task, folder);
        model = ((GptConfig) config.model()).withVocabulary(text.tokenizer().size());
    }

    /** The text of a task, generated where it says so. */
    static TextSplit text(TaskConfig.Text task, DataFolder folder) {
        return task.synthetic()
                ? SyntheticText.split(
                        task.unit(), task.train(), task.validation(), task.test(), task.splitSeed())
                : TextCorpus.load(
                        folder,
                        task.source(),
                        task.unit(),
                        task.train(),
                        task.validation(),
                        task.test(),
                        task.splitSeed());
    }

    @Override
    public Provenance provenance() {
        Provenance train = text.train().provenance();
        return new Provenance(
                String.format(
                        "%s, %d validation, %d test",
                        train.name(), text.validation().size(), text.test().size()),
                train.source(),
                train.synthetic(),
                train.sha256());
    }

    @Override
    public Task task() {
        return new TextTask(text, model.context());
    }

    @Override
    public ReversibleModel model(NDManager manager) {
        Gpt gpt = new Gpt(model, config.method(), config.backprop(), config.verify());
        gpt.initialize(manager, config.seed());
        return gpt;
    }
}
