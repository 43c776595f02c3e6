package org.bdia.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bdia.io.SplitMix64;

/** A corpus of documents: a store of ids, and the end of each document. */
final class Documents {
    /** The parts, in the order in which they choose documents. */
    enum Part {
        TEST("test"),
        VALIDATION("validation"),
        TRAIN("training");

        private final String title;

        Part(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * The requested number of tokens of each part; at most one may be {@link Parts#ALL}.
     *
     * @param least the fewest training tokens that will do: all of them, or 1 where they are an upper bound
     */
    record Sizes(int train, int validation, int test, int least) {
        Sizes {
            int all =
                    (train == Parts.ALL ? 1 : 0)
                            + (validation == Parts.ALL ? 1 : 0)
                            + (test == Parts.ALL ? 1 : 0);
            if (all > 1
                    || (train < 1 && train != Parts.ALL)
                    || validation < Parts.ALL
                    || test < Parts.ALL) {
                throw new IllegalArgumentException(
                        "train must be above 0, validation and test 0 or more tokens, and at most one of"
                                + " them Parts.ALL (-1), but they are "
                                + train
                                + ", "
                                + validation
                                + " and "
                                + test);
            }
        }

        /** A training part of exactly the requested size. */
        Sizes(int train, int validation, int test) {
            this(train, validation, test, Math.max(1, train));
        }

        int of(Part part) {
            return switch (part) {
                case TEST -> test;
                case VALIDATION -> validation;
                case TRAIN -> train;
            };
        }

        @Override
        public String toString() {
            return words(train)
                    + " training, "
                    + words(validation)
                    + " validation and "
                    + words(test)
                    + " test tokens";
        }

        private static String words(int size) {
            return size == Parts.ALL ? "all other" : "" + size;
        }
    }

    private final TokenStore store;
    private final long[] ends;

    private Documents(TokenStore store, long[] ends) {
        this.store = store;
        this.ends = ends;
    }

    /** Returns the documents of a token file, their closing ids included. */
    static Documents of(TokenFile file) {
        return new Documents(file, file.documentEnds());
    }

    /**
     * Returns the documents of texts, at least one.
     *
     * @param encode a text's ids
     * @param closing the ids that follow each document
     */
    static Documents of(List<String> texts, Function<String, int[]> encode, int[] closing) {
        var encoded = texts.stream().map(encode).toList();
        long[] ends = encoded.stream().mapToLong(ids -> ids.length + closing.length).toArray();
        Arrays.parallelPrefix(ends, Long::sum);
        var all = new int[Math.toIntExact(ends[ends.length - 1])];
        for (int d = 0; d < ends.length; d++) {
            int[] ids = encoded.get(d);
            int close = (int) ends[d] - closing.length;
            System.arraycopy(ids, 0, all, close - ids.length, ids.length);
            System.arraycopy(closing, 0, all, close, closing.length);
        }
        return new Documents(TokenStore.of(all), ends);
    }

    int count() {
        return ends.length;
    }

    /** Returns the number of ids of all documents. */
    long size() {
        return store.size();
    }

    /** Returns the ids of one document, its closing included. */
    int[] ids(int document) {
        return LongStream.range(start(document), ends[document]).mapToInt(store::get).toArray();
    }

    /**
     * Returns disjoint parts of the requested sizes.
     *
     * <p>The seed permutes the documents; test, validation and training, in this order, take documents until
     * they are full, the last one cut, its rest taken by none; a part that asks for all comes last. A single
     * document is split by position: its first nine tenths are for training, from their beginning, the last
     * tenth for validation and, after it, test; if these two ask for more than a tenth, they have the end. Seed 0
     * begins with the document; another begins at a place that it draws, and what follows the document's end is its
     * beginning.
     *
     * @param name the corpus, for the message
     * @throws DataException if there are not as many ids
     */
    Map<Part, TokenStore> split(Sizes sizes, long seed, Object name) {
        return count() == 1 ? byPosition(sizes, seed, name) : byDocument(sizes, seed, name);
    }

    private Map<Part, TokenStore> byPosition(Sizes sizes, long seed, Object name) {
        long cut = cut(sizes);
        long held = store.size() - cut;
        long train =
                sizes.train() == Parts.ALL
                        ? cut
                        : Math.max(sizes.least(), Math.min(sizes.train(), cut));
        long validation =
                sizes.validation() == Parts.ALL ? held - sizes.test() : sizes.validation();
        long test = sizes.test() == Parts.ALL ? held - validation : sizes.test();
        boolean fits = train >= 1 && train <= cut && validation >= 0 && test >= 0;
        if (!fits || validation + test > held) {
            throw tooShort(
                    name,
                    sizes,
                    "its one document has "
                            + store.size()
                            + ", the first "
                            + cut
                            + " of them for training");
        }
        long start = seed == 0 ? 0 : Math.floorMod(Purpose.SPLIT.key(seed, 0, 0), store.size());
        return Map.of(
                Part.TRAIN, run(start, train),
                Part.VALIDATION, run(start + cut, validation),
                Part.TEST, run(start + cut + validation, test));
    }

    /** Returns the end of what training may take of a single document. */
    private long cut(Sizes sizes) {
        long nineTenths = store.size() * 9 / 10;
        if (sizes.validation() == Parts.ALL || sizes.test() == Parts.ALL) {
            return nineTenths;
        }
        long left = store.size() - sizes.validation() - sizes.test();
        return Math.max(0, Math.min(nineTenths, left));
    }

    private Map<Part, TokenStore> byDocument(Sizes sizes, long seed, Object name) {
        int[] order = SplitMix64.permutation(count(), Purpose.SPLIT.key(seed, 0, 0));
        var parts = new EnumMap<Part, TokenStore>(Part.class);
        var allLast = Comparator.comparing((Part part) -> sizes.of(part) == Parts.ALL);
        int next = 0;
        for (var part : Stream.of(Part.values()).sorted(allLast).toList()) {
            int asked = sizes.of(part);
            long wanted = asked == Parts.ALL ? Long.MAX_VALUE : asked;
            int first = next;
            long taken = 0;
            while (taken < wanted && next < order.length) {
                taken += length(order[next++]);
            }
            if (taken < (part == Part.TRAIN ? sizes.least() : asked)) {
                throw tooShort(
                        name,
                        sizes,
                        "its "
                                + count()
                                + " documents, shared by no two parts, have "
                                + store.size()
                                + " in all");
            }
            parts.put(
                    part,
                    runs(Arrays.copyOfRange(order, first, next), Math.max(0, taken - wanted)));
        }
        return parts;
    }

    private TokenStore runs(int[] documents, long cut) {
        long[] starts = Arrays.stream(documents).mapToLong(this::start).toArray();
        long[] lengths = Arrays.stream(documents).mapToLong(this::length).toArray();
        if (lengths.length > 0) {
            lengths[lengths.length - 1] -= cut;
        }
        return new TokenStore.Runs(store, starts, lengths);
    }

    /** Returns a stretch of a single document, in which what follows the end is the beginning. */
    private TokenStore run(long position, long length) {
        long start = position % store.size();
        long untilEnd = Math.min(length, store.size() - start);
        return new TokenStore.Runs(
                store, new long[] {start, 0}, new long[] {untilEnd, length - untilEnd});
    }

    private long start(int document) {
        return document == 0 ? 0 : ends[document - 1];
    }

    private long length(int document) {
        return ends[document] - start(document);
    }

    private static DataException tooShort(Object name, Sizes sizes, String found) {
        return new DataException(
                name
                        + ": "
                        + sizes
                        + " are asked for, but "
                        + found
                        + "; ask for fewer"
                        + (sizes.train() == Parts.ALL
                                ? ""
                                : ", or for Parts.ALL to train on, what the others leave"));
    }
}
