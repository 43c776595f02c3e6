package org.bdia.data;

import java.util.Arrays;

/** Token ids by position. */
sealed interface TokenStore permits TokenStore.InMemory, TokenStore.Runs, TokenFile {
    long size();

    /** Returns the id at a position, 0 to size − 1. */
    int get(long position);

    static TokenStore of(int[] ids) {
        return new InMemory(ids);
    }

    /** Ids in an array, which is taken over, not copied. */
    final class InMemory implements TokenStore {
        private final int[] ids;

        private InMemory(int[] ids) {
            this.ids = ids;
        }

        @Override
        public long size() {
            return ids.length;
        }

        @Override
        public int get(long position) {
            return ids[Math.toIntExact(position)];
        }
    }

    /** Runs of another store, one after the other, without copying them. */
    final class Runs implements TokenStore {
        private final TokenStore base;
        private final long[] starts;

        /** The end of each run in this store, ascending: only the last runs may be empty. */
        private final long[] ends;

        /** Creates the runs base[starts[i] … starts[i] + lengths[i] − 1]; only the last lengths may be 0. */
        Runs(TokenStore base, long[] starts, long[] lengths) {
            this.base = base;
            this.starts = starts;
            this.ends = lengths.clone();
            Arrays.parallelPrefix(ends, Long::sum);
        }

        @Override
        public long size() {
            return ends.length == 0 ? 0 : ends[ends.length - 1];
        }

        @Override
        public int get(long position) {
            int found = Arrays.binarySearch(ends, position);
            // Found at i: position is the first of run i + 1. Else the insertion point is its run.
            int run = found >= 0 ? found + 1 : -found - 1;
            long before = run == 0 ? 0 : ends[run - 1];
            return base.get(starts[run] + position - before);
        }
    }
}
