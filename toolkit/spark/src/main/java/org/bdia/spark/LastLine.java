package org.bdia.spark;

import org.apache.spark.util.AccumulatorV2;

/** The last line of progress of a run, which travels to the driver with the executor's heartbeats. */
public final class LastLine extends AccumulatorV2<String, String> {

    private static final long serialVersionUID = 1L;

    // The run's output is read on one thread, heartbeats are sent on another.
    private volatile String line = "";

    @Override
    public boolean isZero() {
        return line.isEmpty();
    }

    @Override
    public AccumulatorV2<String, String> copy() {
        var copy = new LastLine();
        copy.line = line;
        return copy;
    }

    @Override
    public void reset() {
        line = "";
    }

    @Override
    public void add(String next) {
        line = next;
    }

    @Override
    public void merge(AccumulatorV2<String, String> other) {
        line = other.value();
    }

    @Override
    public String value() {
        return line;
    }
}
