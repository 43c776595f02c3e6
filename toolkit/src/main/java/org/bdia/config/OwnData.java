package org.bdia.config;

import java.nio.file.Path;
import org.bdia.data.E2e;
import org.bdia.data.ImageFolder;
import org.bdia.data.Parts;
import org.bdia.data.SentencePairs;
import org.bdia.data.TextCorpus;

/** A task on data of a user's own, in files of their own. Paths are best absolute, since runs are made in other processes. */
public sealed interface OwnData extends TaskConfig {

    /**
     * Image classification on a user's own images.
     *
     * @param folder a folder per class, see {@link ImageFolder}
     * @param side the side that images are brought to, in pixels; the model's is the same
     * @param parts images, or fractions of them
     * @param augment whether training images are cropped and flipped
     * @param splitSeed the seed that selects images
     */
    record Images(String folder, int side, Parts parts, boolean augment, long splitSeed)
            implements OwnData {

        @Override
        public String label() {
            return stem(folder);
        }

        /** Returns a copy with other numbers of images; {@link #withParts} takes fractions, too. */
        public Images withSizes(int newTrain, int newValidation, int newTest) {
            return withParts(new Parts(newTrain, newValidation, newTest));
        }

        /** Returns a copy with parts of other sizes, counts or fractions. */
        public Images withParts(Parts value) {
            return Records.with(this, "parts", value);
        }

        /** Returns a copy with augmentation on or off. */
        public Images withAugment(boolean value) {
            return Records.with(this, "augment", value);
        }
    }

    /**
     * Language modelling on a user's own text, in windows as long as the model's context.
     *
     * @param file see {@link TextCorpus#load(java.nio.file.Path, TextCorpus.Unit, Parts, long)}
     * @param unit what a token is
     * @param parts tokens, or fractions of them
     * @param splitSeed the seed that selects documents, or the place in a single one
     */
    record Text(String file, TextCorpus.Unit unit, Parts parts, long splitSeed) implements OwnData {

        @Override
        public String label() {
            return stem(file);
        }

        /** Returns a copy with other numbers of tokens; {@link #withParts} takes fractions, too. */
        public Text withSizes(int newTrain, int newValidation, int newTest) {
            return withParts(new Parts(newTrain, newValidation, newTest));
        }

        /** Returns a copy with parts of other sizes, counts or fractions. */
        public Text withParts(Parts value) {
            return Records.with(this, "parts", value);
        }

        /** Returns a copy with other tokens. */
        public Text withUnit(TextCorpus.Unit value) {
            return Records.with(this, "unit", value);
        }
    }

    /**
     * Sentences of one language into another, on a user's own pairs.
     *
     * @param file a line per pair, see {@link SentencePairs#load(java.nio.file.Path, Parts, int, long)}
     * @param parts pairs, or fractions of them
     * @param maxWords pairs with a longer side are left out
     * @param vocabulary subwords of each language, learned on the training part
     * @param beams sequences followed in translating; 1 is greedy
     * @param splitSeed the seed that selects pairs
     */
    record Pairs(String file, Parts parts, int maxWords, int vocabulary, int beams, long splitSeed)
            implements OwnData {

        /** Checks the number of beams. */
        public Pairs {
            Ranges.positive("beams", beams);
        }

        @Override
        public String label() {
            return stem(file);
        }

        /** Returns a copy with other numbers of pairs; {@link #withParts} takes fractions, too. */
        public Pairs withSizes(int newTrain, int newValidation, int newTest) {
            return withParts(new Parts(newTrain, newValidation, newTest));
        }

        /** Returns a copy with parts of other sizes, counts or fractions. */
        public Pairs withParts(Parts value) {
            return Records.with(this, "parts", value);
        }

        /** Returns a copy with sentences up to another length. */
        public Pairs withMaxWords(int value) {
            return Records.with(this, "maxWords", value);
        }

        /** Returns a copy with another number of subwords. */
        public Pairs withVocabulary(int value) {
            return Records.with(this, "vocabulary", value);
        }

        /** Returns a copy with another number of beams. */
        public Pairs withBeams(int value) {
            return Records.with(this, "beams", value);
        }
    }

    /**
     * Completions of prompts, on a user's own: a language model in GPT-2's byte pairs that reads the prompt and {@code ||} and writes
     * the completion.
     *
     * @param file csv, see {@link E2e#load(java.nio.file.Path, Parts, long)}
     * @param parts prompts, or fractions of them
     * @param start the weights that training begins with
     * @param beams sequences followed in writing; 1 is greedy
     * @param splitSeed the seed that selects prompts
     */
    record Completions(String file, Parts parts, Start start, int beams, long splitSeed)
            implements OwnData {

        /** Checks the number of beams. */
        public Completions {
            Ranges.positive("beams", beams);
        }

        @Override
        public String label() {
            return stem(file);
        }

        /** Returns a copy with other numbers of prompts; {@link #withParts} takes fractions, too. */
        public Completions withSizes(int newTrain, int newValidation, int newTest) {
            return withParts(new Parts(newTrain, newValidation, newTest));
        }

        /** Returns a copy with parts of other sizes, counts or fractions. */
        public Completions withParts(Parts value) {
            return Records.with(this, "parts", value);
        }

        /** Returns a copy from other weights. */
        public Completions withStart(Start value) {
            return Records.with(this, "start", value);
        }

        /** Returns a copy with another number of beams. */
        public Completions withBeams(int value) {
            return Records.with(this, "beams", value);
        }
    }

    /** Returns the last name of a path up to its first full stop. */
    private static String stem(String path) {
        return String.valueOf(Path.of(path).getFileName()).replaceFirst("(?<=.)\\..*$", "");
    }
}
