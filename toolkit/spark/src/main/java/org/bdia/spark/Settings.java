package org.bdia.spark;

import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Spark's settings for a sweep: what is refused, each for a reason, and what is set unless the user says otherwise. */
final class Settings {

    /** One bad host must not use up a run's attempts: after a failure an executor gets no more runs. */
    static final Map<String, String> DEFAULTS =
            Map.ofEntries(
                    Map.entry("spark.ui.enabled", "false"),
                    Map.entry("spark.task.maxFailures", "16"),
                    Map.entry("spark.excludeOnFailure.enabled", "true"),
                    Map.entry("spark.excludeOnFailure.task.maxTaskAttemptsPerExecutor", "1"),
                    Map.entry("spark.excludeOnFailure.task.maxTaskAttemptsPerNode", "8"),
                    Map.entry("spark.excludeOnFailure.stage.maxFailedTasksPerExecutor", "1"),
                    Map.entry("spark.excludeOnFailure.stage.maxFailedExecutorsPerNode", "8"),
                    Map.entry("spark.excludeOnFailure.application.maxFailedTasksPerExecutor", "1"),
                    Map.entry("spark.excludeOnFailure.application.maxFailedExecutorsPerNode", "8"));

    private Settings() {}

    /**
     * Returns why a sweep cannot run with some settings; empty if it can.
     *
     * @param setting returns a setting's value, or null
     * @param threads of each run
     */
    static Optional<String> refusal(UnaryOperator<String> setting, String threads) {
        if (is(setting, "spark.speculation", "true", "false")) {
            return Optional.of(
                    "spark.speculation=true starts slow runs twice, and a run is not slow by accident; leave it out");
        }
        if (is(setting, "spark.submit.deployMode", "cluster", "client")) {
            return Optional.of(
                    "spark.submit.deployMode=cluster starts the driver where nobody shows progress or waits for it; leave it out");
        }
        if (is(setting, "spark.dynamicAllocation.enabled", "true", "false")) {
            return Optional.of(
                    "spark.dynamicAllocation.enabled=true changes the executors while runs are counted by them; set it to"
                            + " false, and spark.cores.max or spark.executor.instances to what the sweep may use");
        }
        String processors = Optional.ofNullable(setting.apply("spark.task.cpus")).orElse("1");
        return processors.equals(threads)
                ? Optional.empty()
                : Optional.of(
                        "spark.task.cpus="
                                + processors
                                + ", but each run has "
                                + threads
                                + " threads, on whose number the bits of results depend; set OMP_NUM_THREADS or"
                                + " spark.task.cpus so that they agree");
    }

    private static boolean is(
            UnaryOperator<String> setting, String key, String refused, String otherwise) {
        return Optional.ofNullable(setting.apply(key)).orElse(otherwise).equals(refused);
    }
}
