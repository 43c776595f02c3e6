package org.bdia.config;

import org.bdia.data.Cifar;
import org.bdia.data.Parts;
import org.bdia.data.TextCorpus;

/** The task of a run and the data that it learns from. */
public sealed interface TaskConfig
        permits TaskConfig.Images,
                TaskConfig.Text,
                TaskConfig.Translation,
                TaskConfig.E2eNlg,
                OwnData {

    /** The task's name in results files. */
    String label();

    /** Returns a copy whose parts another seed draws. */
    default TaskConfig withSplitSeed(long value) {
        return (TaskConfig) Records.with((Record) this, "splitSeed", value);
    }

    /**
     * Image classification on CIFAR.
     *
     * @param kind which set
     * @param train training images, or {@link Parts#ALL}
     * @param validation images held out from the training files
     * @param test images of the test file, or {@link Parts#ALL}
     * @param augment whether training images are cropped and flipped
     * @param splitSeed the seed that selects images
     * @param synthetic whether synthetic images take the place of the real ones
     */
    record Images(
            Cifar.Kind kind,
            int train,
            int validation,
            int test,
            boolean augment,
            long splitSeed,
            boolean synthetic)
            implements TaskConfig {

        /**
         * Checks the sizes.
         *
         * @throws IllegalArgumentException if a size is out of range, or all of the endless generated images
         *     are asked for
         */
        public Images {
            require("train", train, synthetic);
            require("test", test, synthetic);
            if (validation < 0) {
                throw new IllegalArgumentException(
                        "validation must be 0 images or more, but is " + validation);
            }
        }

        private static void require(String name, int size, boolean synthetic) {
            if (size < 1 && (size != Parts.ALL || synthetic)) {
                throw new IllegalArgumentException(
                        name
                                + " must be at least 1 image"
                                + (synthetic ? "" : ", or Parts.ALL (-1)")
                                + ", but is "
                                + size);
            }
        }

        @Override
        public String label() {
            return kind == Cifar.Kind.CIFAR_10 ? "cifar10" : "cifar100";
        }

        /** Returns a copy with other numbers of images. */
        public Images withSizes(int newTrain, int newValidation, int newTest) {
            return new Images(
                    kind, newTrain, newValidation, newTest, augment, splitSeed, synthetic);
        }

        /** Returns a copy with augmentation on or off. */
        public Images withAugment(boolean value) {
            return Records.with(this, "augment", value);
        }

        /** Returns a copy on synthetic or real images. */
        public Images withSynthetic(boolean value) {
            return Records.with(this, "synthetic", value);
        }
    }

    /**
     * Language modelling on a text corpus, in windows as long as the model's context.
     *
     * @param source which text
     * @param unit what a token is
     * @param train training tokens, or {@link Parts#ALL}
     * @param validation validation tokens
     * @param test test tokens
     * @param splitSeed the seed that selects documents, or the place in a single one
     * @param synthetic whether synthetic text takes the place of the real one
     */
    record Text(
            TextCorpus.Source source,
            TextCorpus.Unit unit,
            int train,
            int validation,
            int test,
            long splitSeed,
            boolean synthetic)
            implements TaskConfig {

        @Override
        public String label() {
            return source == TextCorpus.Source.SHAKESPEARE ? "shakespeare" : "openwebtext";
        }

        /** Returns a copy with other numbers of tokens. */
        public Text withSizes(int newTrain, int newValidation, int newTest) {
            return new Text(source, unit, newTrain, newValidation, newTest, splitSeed, synthetic);
        }

        /** Returns a copy with other tokens. */
        public Text withUnit(TextCorpus.Unit value) {
            return Records.with(this, "unit", value);
        }

        /** Returns a copy on synthetic or real text. */
        public Text withSynthetic(boolean value) {
            return Records.with(this, "synthetic", value);
        }
    }

    /**
     * English sentences into French.
     *
     * @param train training pairs, or {@link Parts#ALL}
     * @param validation validation pairs
     * @param test test pairs, which are translated after training
     * @param maxWords pairs with a longer side are left out
     * @param vocabulary subwords of each language, learned on the training part
     * @param beams sequences followed in translating; 1 is greedy
     * @param splitSeed the seed that selects pairs
     * @param synthetic whether synthetic pairs take the place of the real ones
     */
    record Translation(
            int train,
            int validation,
            int test,
            int maxWords,
            int vocabulary,
            int beams,
            long splitSeed,
            boolean synthetic)
            implements TaskConfig {

        /** Checks the number of beams. */
        public Translation {
            Ranges.positive("beams", beams);
        }

        @Override
        public String label() {
            return "translation";
        }

        /** Returns a copy with other numbers of pairs. */
        public Translation withSizes(int newTrain, int newValidation, int newTest) {
            return new Translation(
                    newTrain,
                    newValidation,
                    newTest,
                    maxWords,
                    vocabulary,
                    beams,
                    splitSeed,
                    synthetic);
        }

        /** Returns a copy with another number of subwords. */
        public Translation withVocabulary(int value) {
            return Records.with(this, "vocabulary", value);
        }

        /** Returns a copy with sentences up to another length. */
        public Translation withMaxWords(int value) {
            return Records.with(this, "maxWords", value);
        }

        /** Returns a copy with another number of beams. */
        public Translation withBeams(int value) {
            return Records.with(this, "beams", value);
        }

        /** Returns a copy on synthetic or real pairs. */
        public Translation withSynthetic(boolean value) {
            return Records.with(this, "synthetic", value);
        }
    }

    /**
     * Sentences about restaurants from their meaning representations: a language model, fine-tuned.
     *
     * @param train training sentences, or {@link Parts#ALL}
     * @param validation validation meaning representations
     * @param test test meaning representations, which are put into words after training
     * @param start the weights that fine-tuning begins with
     * @param beams sequences followed in writing; 1 is greedy
     * @param splitSeed the seed that selects entries
     * @param synthetic whether synthetic entries take the place of the real ones
     */
    record E2eNlg(
            int train,
            int validation,
            int test,
            Start start,
            int beams,
            long splitSeed,
            boolean synthetic)
            implements TaskConfig {

        /** Checks the number of beams. */
        public E2eNlg {
            Ranges.positive("beams", beams);
        }

        @Override
        public String label() {
            return "e2e";
        }

        /** Returns a copy with other numbers of entries. */
        public E2eNlg withSizes(int newTrain, int newValidation, int newTest) {
            return new E2eNlg(newTrain, newValidation, newTest, start, beams, splitSeed, synthetic);
        }

        /** Returns a copy from other weights. */
        public E2eNlg withStart(Start value) {
            return Records.with(this, "start", value);
        }

        /** Returns a copy with another number of beams. */
        public E2eNlg withBeams(int value) {
            return Records.with(this, "beams", value);
        }

        /** Returns a copy on synthetic or real entries. */
        public E2eNlg withSynthetic(boolean value) {
            return Records.with(this, "synthetic", value);
        }
    }
}
