package org.bdia.config;

import org.bdia.data.Cifar;
import org.bdia.data.E2e;
import org.bdia.data.SentencePairs;
import org.bdia.data.TextCorpus;

/** What a run learns, and from which data. */
public sealed interface TaskConfig {

    /** The task's name in results files. */
    String label();

    /**
     * Image classification on CIFAR.
     *
     * @param kind which set
     * @param train training images, or {@link Cifar#ALL}
     * @param validation images held out from the training files
     * @param test images of the test file, or {@link Cifar#ALL}
     * @param augment whether training images are cropped and flipped
     * @param splitSeed what the choice of images is a function of
     * @param synthetic whether generated stand-ins take the place of the real images
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
            if (size < 1 && (size != Cifar.ALL || synthetic)) {
                throw new IllegalArgumentException(
                        name
                                + " must be at least 1 image"
                                + (synthetic ? "" : ", or Cifar.ALL (-1)")
                                + ", but is "
                                + size);
            }
        }

        @Override
        public String label() {
            return kind == Cifar.Kind.CIFAR_10 ? "cifar10" : "cifar100";
        }

        /** The same with other numbers of images. */
        public Images withSizes(int newTrain, int newValidation, int newTest) {
            return new Images(
                    kind, newTrain, newValidation, newTest, augment, splitSeed, synthetic);
        }

        /** The same with augmentation on or off. */
        public Images withAugment(boolean value) {
            return new Images(kind, train, validation, test, value, splitSeed, synthetic);
        }

        /** The same on generated stand-ins or real images. */
        public Images withSynthetic(boolean value) {
            return new Images(kind, train, validation, test, augment, splitSeed, value);
        }
    }

    /**
     * Language modelling on a text corpus, in windows as long as the model's context.
     *
     * @param source which text
     * @param unit what a token is
     * @param train training tokens, or {@link TextCorpus#ALL}
     * @param validation validation tokens
     * @param test test tokens
     * @param splitSeed what the choice of documents is a function of
     * @param synthetic whether a generated stand-in takes the place of the real text
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

        /** The same with other numbers of tokens. */
        public Text withSizes(int newTrain, int newValidation, int newTest) {
            return new Text(source, unit, newTrain, newValidation, newTest, splitSeed, synthetic);
        }

        /** The same with other tokens. */
        public Text withUnit(TextCorpus.Unit value) {
            return new Text(source, value, train, validation, test, splitSeed, synthetic);
        }

        /** The same on a generated stand-in or real text. */
        public Text withSynthetic(boolean value) {
            return new Text(source, unit, train, validation, test, splitSeed, value);
        }
    }

    /**
     * English sentences into French.
     *
     * @param train training pairs, or {@link SentencePairs#ALL}
     * @param validation validation pairs
     * @param test test pairs, which are translated after training
     * @param maxWords pairs with a longer side are left out
     * @param vocabulary subwords of each language, learned on the training part
     * @param beams sequences followed in translating; 1 is greedy
     * @param splitSeed what the choice of pairs is a function of
     * @param synthetic whether generated stand-ins take the place of the real pairs
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

        @Override
        public String label() {
            return "translation";
        }

        /** The same with other numbers of pairs. */
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

        /** The same with another number of subwords. */
        public Translation withVocabulary(int value) {
            return new Translation(
                    train, validation, test, maxWords, value, beams, splitSeed, synthetic);
        }

        /** The same with sentences up to another length. */
        public Translation withMaxWords(int value) {
            return new Translation(
                    train, validation, test, value, vocabulary, beams, splitSeed, synthetic);
        }

        /** The same with another number of beams. */
        public Translation withBeams(int value) {
            return new Translation(
                    train, validation, test, maxWords, vocabulary, value, splitSeed, synthetic);
        }

        /** The same on generated stand-ins or real pairs. */
        public Translation withSynthetic(boolean value) {
            return new Translation(
                    train, validation, test, maxWords, vocabulary, beams, splitSeed, value);
        }
    }

    /**
     * Sentences about restaurants from their meaning representations: a language model, fine-tuned.
     *
     * @param train training sentences, or {@link E2e#ALL}
     * @param validation validation meaning representations
     * @param test test meaning representations, which are put into words after training
     * @param start the weights that fine-tuning begins with
     * @param beams sequences followed in writing; 1 is greedy
     * @param splitSeed what the choice of entries is a function of
     * @param synthetic whether generated stand-ins take the place of the real entries
     */
    record Restaurants(
            int train,
            int validation,
            int test,
            Start start,
            int beams,
            long splitSeed,
            boolean synthetic)
            implements TaskConfig {

        @Override
        public String label() {
            return "e2e";
        }

        /** The same with other numbers of entries. */
        public Restaurants withSizes(int newTrain, int newValidation, int newTest) {
            return new Restaurants(
                    newTrain, newValidation, newTest, start, beams, splitSeed, synthetic);
        }

        /** The same from other weights. */
        public Restaurants withStart(Start value) {
            return new Restaurants(train, validation, test, value, beams, splitSeed, synthetic);
        }

        /** The same with another number of beams. */
        public Restaurants withBeams(int value) {
            return new Restaurants(train, validation, test, start, value, splitSeed, synthetic);
        }

        /** The same on generated stand-ins or real entries. */
        public Restaurants withSynthetic(boolean value) {
            return new Restaurants(train, validation, test, start, beams, splitSeed, value);
        }
    }
}
