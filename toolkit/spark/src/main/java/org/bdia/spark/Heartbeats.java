package org.bdia.spark;

import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.bdia.experiment.ChildCommand;
import org.bdia.spark.Message.Kind;
import org.bdia.spark.Message.Report;
import scala.jdk.javaapi.CollectionConverters;

/** Finds the runs' last lines in the executors' heartbeats, one every ten seconds. */
final class Heartbeats extends SparkListener {

    private final Consumer<Report> reports;

    Heartbeats(Consumer<Report> reports) {
        this.reports = reports;
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate heartbeat) {
        for (var task : CollectionConverters.asJava(heartbeat.accumUpdates())) {
            for (var value : CollectionConverters.asJava(task._4())) {
                String line = value.update().isDefined() ? value.update().get().toString() : "";
                if (value.name().isDefined() && line.startsWith(ChildCommand.STEP)) {
                    reports.accept(new Report(Kind.STEP, value.name().get(), line, 0, List.of()));
                }
            }
        }
    }
}
