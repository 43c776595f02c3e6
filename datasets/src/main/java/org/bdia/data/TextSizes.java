package org.bdia.data;

/** How many tokens each part of a corpus is asked to have; at most one of them may be {@link #ALL}. */
record TextSizes(int train, int validation, int test) {
    static final int ALL = -1;

    /** The parts in the order in which they choose their documents. */
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

    TextSizes {
        int all = (train == ALL ? 1 : 0) + (validation == ALL ? 1 : 0) + (test == ALL ? 1 : 0);
        if (all > 1 || (train < 1 && train != ALL) || validation < ALL || test < ALL) {
            throw new IllegalArgumentException(
                    "train must be above 0, validation and test 0 or more tokens, and at most one of"
                            + " them TextCorpus.ALL (-1), but they are "
                            + train
                            + ", "
                            + validation
                            + " and "
                            + test);
        }
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
        return size == ALL ? "all other" : "" + size;
    }
}
