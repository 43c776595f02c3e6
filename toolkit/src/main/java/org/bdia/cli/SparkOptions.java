package org.bdia.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.ServiceLoader;
import org.bdia.experiment.ChildCommand;
import org.bdia.experiment.ExperimentException;
import org.bdia.experiment.RunCluster;
import org.bdia.experiment.RunPlace;
import org.bdia.run.Build;
import org.bdia.run.RunStore;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of a sweep that a Spark cluster executes. */
final class SparkOptions {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--spark",
            paramLabel = "MASTER",
            description = "Executes the runs on a Spark cluster, for example spark://host:7077.")
    private String master;

    @Option(
            names = "--spark-conf",
            paramLabel = "KEY=VALUE",
            description = "A setting of Spark; may be repeated.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--toolkit",
            paramLabel = "PATH",
            description =
                    "The toolkit's class path on the cluster's machines; default: this command's own.")
    private String toolkit;

    boolean chosen() {
        if (master == null && (toolkit != null || !settings.isEmpty())) {
            throw wrong("--spark-conf and --toolkit are for a sweep with --spark");
        }
        return master != null;
    }

    /** Refuses what does not go with a cluster, before it is asked for anything. */
    void refuse(RunStore store, Optional<String> index, OptionalInt parallel) {
        if (index.isPresent()) {
            throw wrong(
                    "--index divides a sweep among jobs, --spark among executors; leave one out");
        }
        if (parallel.isPresent()) {
            throw wrong(
                    "--parallel is for this machine; with --spark the executors' processors say how many runs there are"
                            + " at a time, see spark.cores.max");
        }
        if (store.root().toString().matches(".*/[a-z][a-z0-9+.-]+:/.*")) {
            throw wrong(
                    "the folder of the runs must be one of files, mounted on every machine, since checkpoints and locks are"
                            + " files, but is "
                            + store.root());
        }
    }

    /** Connects to the cluster. */
    RunPlace open(RunStore store) {
        String jar = "org.bdia:bdia-spark:" + Build.ofThisToolkit().version();
        RunCluster spark =
                ServiceLoader.load(RunCluster.class)
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        new ExperimentException(
                                                "--spark needs "
                                                        + jar
                                                        + " on the class path: add it as a dependency, or its jar,"
                                                        + " toolkit/spark/target/bdia-spark-*.jar, to java -cp"));
        return spark.open(
                master, settings, ChildCommand.attempt(store, Optional.ofNullable(toolkit)), store);
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
