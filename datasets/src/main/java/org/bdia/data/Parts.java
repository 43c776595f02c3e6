package org.bdia.data;

import java.util.Arrays;
import java.util.Locale;

/**
 * The sizes of the parts of a user's own data.
 *
 * <p>Each is a count, 0 or a whole number; or a fraction of all, between 0 and 1; or, for one part, {@link #ALL}, what the others
 * leave. So {@code new Parts(Parts.ALL, 0.1, 500)} holds out a tenth for validation and 500 for the test. A fraction for training is an
 * upper bound: where the others take whole documents or sentences, which leave less, training has what is left.
 *
 * @param train the training part, not 0
 * @param validation the part for model selection
 * @param test the part for final results
 */
public record Parts(double train, double validation, double test) {

    /** Stands in place of a number for all that the other parts leave. */
    public static final int ALL = -1;

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if one is no count, fraction or {@link #ALL}, or more than one is ALL
     */
    public Parts {
        int all = (train == ALL ? 1 : 0) + (validation == ALL ? 1 : 0) + (test == ALL ? 1 : 0);
        if (!isSize(train) || !isSize(validation) || !isSize(test) || train == 0 || all > 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "each part must be a whole number, a fraction between 0 and 1 or, one of them, Parts.ALL (-1),"
                                    + " and train not 0, but they are %s, %s and %s",
                            train,
                            validation,
                            test));
        }
    }

    /** Returns nine tenths for training and the rest in halves. */
    public static Parts nineTenths() {
        return new Parts(ALL, 0.05, 0.05);
    }

    private static boolean isSize(double size) {
        return size == ALL
                || (size > 0 && size < 1)
                || (size >= 0 && size <= Integer.MAX_VALUE && size == Math.rint(size));
    }

    /** Returns the training part's count, or {@link #ALL}. */
    int train(long total) {
        return count(train, total);
    }

    /** Returns the fewest training things that will do; a fraction is an upper bound. */
    int leastTrain() {
        return (int) Math.max(1, train);
    }

    /** Returns the validation part's count, or {@link #ALL}. */
    int validation(long total) {
        return count(validation, total);
    }

    /** Returns the test part's count, or {@link #ALL}. */
    int test(long total) {
        return count(test, total);
    }

    /**
     * Returns the counts of training, validation and test, whose sum is at most the total.
     *
     * @param where what holds the things, for the message
     * @param things for example {@code images}
     * @throws DataException if there are fewer, or none is left for training
     */
    int[] counts(Object where, String things, int total) {
        int[] counts = {train(total), validation(total), test(total)};
        long rest = total - Arrays.stream(counts).asLongStream().filter(count -> count > 0).sum();
        Arrays.setAll(counts, i -> counts[i] == ALL ? (int) rest : counts[i]);
        if (rest < 0 || counts[0] < 1) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s: %d training, %d validation and %d test %s are asked for, but it holds %d; ask for fewer",
                            where,
                            counts[0],
                            counts[1],
                            counts[2],
                            things,
                            total));
        }
        return counts;
    }

    /**
     * Returns a size as a count; a fraction of something is at least 1.
     *
     * @throws DataException if a fraction is more than 2<sup>31</sup> − 1
     */
    private static int count(double size, long total) {
        double count = size > 0 && size < 1 ? Math.max(1, Math.floor(size * total)) : size;
        if (count > Integer.MAX_VALUE) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "expected at most %d in a part, found %.0f, which are %s of %d; ask for a number instead of"
                                    + " a fraction",
                            Integer.MAX_VALUE,
                            count,
                            size,
                            total));
        }
        return (int) count;
    }
}
