package org.bdia.nn;

import static java.util.Comparator.comparingLong;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleConsumer;
import java.util.function.UnaryOperator;

/**
 * A mean loss over the N = B·T tokens of a batch, computed slice by slice, so that the logits of one slice exist at a time and
 * not those of all tokens.
 *
 * @param tokens N, which must be the model's; row by row
 * @param slices in the order of computation; a token that is in none does not count
 */
public record SlicedLoss(long tokens, List<Slice> slices) {

    /**
     * Neighbouring tokens.
     *
     * @param from the first, 0 or more
     * @param to the one behind the last, at most N
     * @param weight the share of this slice's loss in the batch's
     * @param loss from the slice's logits (n, V) to a scalar
     */
    public record Slice(long from, long to, double weight, UnaryOperator<NDArray> loss) {}

    /**
     * Checks the slices and copies the list.
     *
     * @throws IllegalArgumentException if a slice is empty, reaches beyond the tokens or shares one with another
     */
    public SlicedLoss {
        for (Slice slice : slices) {
            if (slice.from() < 0 || slice.from() >= slice.to() || slice.to() > tokens) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "a slice must be one or more of %d tokens, but is %d to %d",
                                tokens,
                                slice.from(),
                                slice.to()));
            }
        }
        List<Slice> ordered = slices.stream().sorted(comparingLong(Slice::from)).toList();
        for (int i = 1; i < ordered.size(); i++) {
            Slice before = ordered.get(i - 1);
            if (ordered.get(i).from() < before.to()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "a token must be in one slice at most, but %d is in %d to %d and in %d to %d",
                                ordered.get(i).from(),
                                before.from(),
                                before.to(),
                                ordered.get(i).from(),
                                ordered.get(i).to()));
            }
        }
        slices = List.copyOf(slices);
    }

    /** Returns a share of this loss. */
    public SlicedLoss times(double share) {
        return new SlicedLoss(
                tokens,
                slices.stream()
                        .map(s -> new Slice(s.from(), s.to(), s.weight() * share, s.loss()))
                        .toList());
    }

    /** Returns a copy that reports each slice's loss before it is differentiated. */
    public SlicedLoss reporting(DoubleConsumer listener) {
        return new SlicedLoss(
                tokens,
                slices.stream()
                        .map(
                                s ->
                                        new Slice(
                                                s.from(),
                                                s.to(),
                                                s.weight(),
                                                reporting(s.loss(), listener)))
                        .toList());
    }

    private static UnaryOperator<NDArray> reporting(
            UnaryOperator<NDArray> loss, DoubleConsumer listener) {
        return logits -> {
            NDArray value = loss.apply(logits);
            listener.accept(value.getFloat());
            return value;
        };
    }

    static IllegalArgumentException refused(Object model) {
        return new IllegalArgumentException(
                "the loss is to be computed in slices of tokens, but the head of "
                        + model.getClass().getSimpleName()
                        + " does not map each token to logits; set headTokens to 0, or use a Gpt or a Seq2Seq");
    }
}
