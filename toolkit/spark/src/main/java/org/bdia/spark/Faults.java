package org.bdia.spark;

import java.util.Optional;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** The last fault of a host that a task has ended with. */
final class Faults extends SparkListener {

    private volatile String last;

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        if (end.reason() instanceof ExceptionFailure failure && isHosts(failure.className())) {
            last = failure.description();
        }
    }

    Optional<String> last() {
        return Optional.ofNullable(last);
    }

    /** Whether an exception's text tells of a host's fault. */
    static boolean isHosts(String text) {
        return String.valueOf(text).contains(HostException.class.getName());
    }
}
