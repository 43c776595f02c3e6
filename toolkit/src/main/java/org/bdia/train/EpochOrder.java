package org.bdia.train;

/**
 * The last answer of a pure function of (seed, epoch), kept because permuting a data set costs more than a step's batch.
 *
 * @param <T> an order, not to be changed
 */
final class EpochOrder<T> {

    private final Source<T> source;
    private Answer<T> last;

    private record Answer<T>(long seed, int epoch, T order) {}

    /** The function. */
    interface Source<T> {

        /** The order of an epoch. */
        T of(long seed, int epoch);
    }

    EpochOrder(Source<T> source) {
        this.source = source;
    }

    T of(long seed, int epoch) {
        Answer<T> answer = last; // read once, so that threads that share a task see a whole one
        if (answer == null || answer.seed() != seed || answer.epoch() != epoch) {
            answer = new Answer<>(seed, epoch, source.of(seed, epoch));
            last = answer;
        }
        return answer.order();
    }
}
