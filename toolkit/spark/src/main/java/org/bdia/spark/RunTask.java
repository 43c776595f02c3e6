package org.bdia.spark;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.bdia.experiment.ChildCommand;
import org.bdia.experiment.RunPlace.Exit;

/**
 * One run on an executor: a child JVM. That a run fails is a value, since no second try would help; a host's fault is an exception,
 * after which Spark tries another executor.
 */
record RunTask(Message.Setup setup, LastLine last) implements Function<String, Exit> {

    /** The exit code at SIGTERM, which a host that is shut down sends to the run too, and not only to the executor. */
    private static final int TERMINATED = 143;

    @Override
    public Exit call(String config) throws InterruptedException {
        String host = host();
        SharedFolder.requireFit(setup, host);
        ChildCommand command =
                setup.command()
                        .with(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                device(setup.command().environment()));
        return outcome(command.execute(config, last::add), host);
    }

    /**
     * Returns a run's end with its host.
     *
     * @throws HostException if the run can go on elsewhere
     */
    static Exit outcome(Exit exit, String host) {
        if (exit.code() == Exit.UNFIT || exit.code() == TERMINATED) {
            throw new HostException(host, String.join("\n", exit.log()));
        }
        List<String> log = new ArrayList<>(exit.log());
        log.add("(on " + host + ")");
        return new Exit(exit.code(), log);
    }

    /** The GPUs that Spark gave the task; without any, runs must not all take the first one of the machine. */
    private static Map<String, String> device(Map<String, String> environment) {
        var gpus = TaskContext.get().resourcesJMap().get("gpu");
        if (gpus != null) {
            return Map.of("CUDA_VISIBLE_DEVICES", String.join(",", gpus.addresses()));
        }
        return environment.containsKey("BDIA_DEVICE") ? Map.of() : Map.of("BDIA_DEVICE", "cpu");
    }

    static String host() {
        String executor = ", executor " + SparkEnv.get().executorId();
        try {
            return InetAddress.getLocalHost().getHostName() + executor;
        } catch (UnknownHostException e) {
            return "a host without a name" + executor;
        }
    }
}
