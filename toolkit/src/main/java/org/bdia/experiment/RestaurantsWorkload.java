package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.Start;
import org.bdia.config.TaskConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.E2e;
import org.bdia.data.E2eEntry;
import org.bdia.data.E2eSplit;
import org.bdia.data.Gpt2Bpe;
import org.bdia.data.Provenance;
import org.bdia.data.SyntheticE2e;
import org.bdia.metric.Bleu;
import org.bdia.metric.Cider;
import org.bdia.metric.Nist;
import org.bdia.metric.RougeL;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.RunStore;
import org.bdia.run.Sample;
import org.bdia.train.Checkpoint;
import org.bdia.train.CompletionTask;
import org.bdia.train.CompletionTask.Completion;
import org.bdia.train.GptWeights;
import org.bdia.train.Task;

/**
 * A GPT that is fine-tuned to put meaning representations into words: the meaning, {@code ||}, the sentence, the end of
 * text. Scored by BLEU, NIST, ROUGE-L and CIDEr on the test part.
 */
final class RestaurantsWorkload implements Workload {

    private static final int SAMPLES = 10;
    private static final int MAX_TOKENS = 100;
    private static final String SEPARATOR = " ||";

    private final RunConfig config;
    private final TaskConfig.Restaurants restaurants;
    private final DataFolder folder;
    private final RunStore store;
    private final E2eSplit split;
    private final Gpt2Bpe bpe = new Gpt2Bpe();
    private final GptConfig model;

    RestaurantsWorkload(
            RunConfig config,
            TaskConfig.Restaurants restaurants,
            DataFolder folder,
            RunStore store) {
        this.config = config;
        this.restaurants = restaurants;
        this.folder = folder;
        this.store = store;
        split =
                restaurants.synthetic()
                        ? SyntheticE2e.split(
                                restaurants.train(),
                                restaurants.validation(),
                                restaurants.test(),
                                restaurants.splitSeed())
                        : E2e.load(
                                folder,
                                restaurants.train(),
                                restaurants.validation(),
                                restaurants.test(),
                                restaurants.splitSeed());
        model = (GptConfig) config.model();
    }

    /** The run whose weights another begins with, where it does: the same model and seed, plain, on a text. */
    static Optional<RunConfig> pretraining(RunConfig config) {
        return config.task() instanceof TaskConfig.Restaurants restaurants
                        && restaurants.start() instanceof Start.Pretrained start
                ? Optional.of(pretraining(config, start))
                : Optional.empty();
    }

    private static RunConfig pretraining(RunConfig config, Start.Pretrained start) {
        return new RunConfig(
                start.text(),
                config.model().withDropout(0).withDropPath(0),
                Method.standard(),
                Backprop.STORE,
                false,
                start.train(),
                config.seed());
    }

    @Override
    public Provenance provenance() {
        return split.provenance();
    }

    @Override
    public Task task() {
        return new CompletionTask(
                completions(split.train()),
                completions(split.validation()),
                completions(split.test()));
    }

    private List<Completion> completions(List<E2eEntry> entries) {
        List<Completion> completions = new ArrayList<>();
        for (E2eEntry entry : entries) {
            for (String reference : entry.references()) {
                int[] words = bpe.encode(" " + reference);
                int[] closed = Arrays.copyOf(words, words.length + 1);
                closed[words.length] = bpe.endOfText();
                int[] prompt = prompt(entry);
                // The last token is guessed, and never read.
                Workload.requireFits(
                        "entry " + entry.id(),
                        prompt.length + closed.length - 1,
                        model.context(),
                        "or leave the entry out of the data");
                completions.add(new Completion(prompt, closed, entry.id()));
            }
        }
        return completions;
    }

    private int[] prompt(E2eEntry entry) {
        return bpe.encode(entry.meaning() + SEPARATOR);
    }

    @Override
    public ReversibleModel model(NDManager manager) {
        Gpt gpt = new Gpt(model, config.method(), config.execution());
        gpt.initialize(manager, config.seed());
        if (restaurants.start() instanceof Start.Published published) {
            GptWeights.load(folder.locate(published.file()), gpt);
        } else if (restaurants.start() instanceof Start.Pretrained pretrained) {
            String id = pretraining(config, pretrained).id();
            Checkpoint.loadWeights(store.finished(id), id, gpt);
        }
        return gpt;
    }

    @Override
    public Outputs finish(ReversibleModel trained, NDManager manager) {
        if (split.test().isEmpty()) {
            return Outputs.none();
        }
        Decoding decoding =
                restaurants.beams() == 1
                        ? Decoding.greedy()
                        : Decoding.beam(restaurants.beams())
                                .withLengthPenalty(0.9)
                                .withNoRepeatNgram(4);
        List<String> sentences = new ArrayList<>();
        List<List<String>> references = new ArrayList<>();
        List<Sample> samples = new ArrayList<>();
        for (E2eEntry entry : split.test()) {
            int[] ids =
                    Generator.generate(
                            (Gpt) trained,
                            manager,
                            prompt(entry),
                            MAX_TOKENS,
                            bpe.endOfText(),
                            decoding);
            sentences.add(bpe.decode(ids).strip());
            references.add(entry.references());
            if (samples.size() < SAMPLES) {
                samples.add(
                        new Sample(
                                entry.meaning(),
                                String.join("\n", entry.references()),
                                sentences.get(sentences.size() - 1)));
            }
        }
        return new Outputs(
                Map.of(
                        "bleu", lowerCaseBleu(sentences, references),
                        "nist", Nist.corpus(sentences, references).score(),
                        "rouge_l", RougeL.corpus(sentences, references).score(),
                        "cider", Cider.corpus(sentences, references).score()),
                samples);
    }

    /** As the E2E challenge publishes it. */
    private static double lowerCaseBleu(List<String> sentences, List<List<String>> references) {
        return Bleu.corpus(
                        lowerCase(sentences),
                        references.stream().map(RestaurantsWorkload::lowerCase).toList())
                .score();
    }

    private static List<String> lowerCase(List<String> texts) {
        return texts.stream().map(text -> text.toLowerCase(Locale.ROOT)).toList();
    }
}
