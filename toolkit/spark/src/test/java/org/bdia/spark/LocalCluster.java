package org.bdia.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.bdia.io.ChildJvm;

/** A Spark cluster of child JVMs on this machine, its jars those of SPARK_HOME, else those that the folder {@code home} fetches. */
final class LocalCluster implements AutoCloseable {

    private static final String HERE = "127.0.0.1";

    private final Path home;
    private final Path work;
    private final int port;
    private final List<Process> all = new ArrayList<>();
    private Process last;

    LocalCluster(Path work) throws IOException {
        this.work = work;
        String named = System.getenv().getOrDefault("SPARK_HOME", "home/target");
        home = SparkCluster.home(named);
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        start(
                List.of(),
                "master.Master",
                List.of("--host", HERE, "--port", "" + port, "--webui-port", "0"),
                "I have been elected leader");
    }

    String master() {
        return "spark://" + HERE + ":" + port;
    }

    /**
     * Starts a worker with one processor.
     *
     * @param prefix what the command begins with, for example {@code unshare -m}
     */
    Process worker(String... prefix) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("--host", HERE, "--cores", "1"));
        arguments.addAll(List.of("--memory", "1g", "--webui-port", "0"));
        arguments.addAll(List.of("--work-dir", work.resolve("worker" + all.size()).toString()));
        arguments.add(master());
        return start(List.of(prefix), "worker.Worker", arguments, "Successfully registered");
    }

    /** Starts a sweep; its output goes to the list. */
    Process sweep(List<String> output, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("sweep", "--spark", master()));
        all.addAll(List.of("--spark-conf", "spark.executor.memory=512m"));
        all.addAll(List.of("--spark-conf", "spark.network.timeout=30s"));
        all.addAll(List.of("--spark-conf", "spark.network.timeoutInterval=5s"));
        all.addAll(List.of("--spark-conf", "spark.executor.heartbeatInterval=2s"));
        all.addAll(List.of(arguments));
        last = bdia(output, all);
        return last;
    }

    /** Starts the toolkit's command. */
    Process bdia(List<String> output, List<String> arguments) throws IOException {
        ProcessBuilder builder = ChildJvm.of(List.of(), "org.bdia.cli.Main", arguments);
        return start(builder, output);
    }

    private Process start(List<String> prefix, String main, List<String> arguments, String until)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SparkCluster.OPTIONS);
        command.addAll(List.of("-Dspark.master.rest.enabled=false", "-cp"));
        command.addAll(List.of(home.resolve("jars") + "/*", "org.apache.spark.deploy." + main));
        command.addAll(arguments);
        List<String> log = Collections.synchronizedList(new ArrayList<>());
        Process process = start(new ProcessBuilder(command), log);
        Process before = last;
        last = process;
        await(log, line -> line.contains(until));
        last = before;
        return process;
    }

    private Process start(ProcessBuilder builder, List<String> output) throws IOException {
        builder.environment()
                .putAll(
                        Map.of(
                                "SPARK_HOME",
                                home.toString(),
                                "SPARK_LOCAL_IP",
                                HERE,
                                "SPARK_SCALA_VERSION",
                                "2.13"));
        Process process = builder.redirectErrorStream(true).start();
        all.add(process);
        Thread reader = new Thread(() -> read(process, output), "output");
        reader.setDaemon(true);
        reader.start();
        return process;
    }

    private static void read(Process process, List<String> output) {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            lines.lines().forEach(output::add);
        } catch (IOException | UncheckedIOException e) {
            output.add("lost: " + e);
        }
    }

    /** Waits for a line of the process that was started last, while it lives. */
    void await(List<String> output, Predicate<String> wanted) {
        for (boolean alive = true; alive; ) {
            pause();
            alive = last.isAlive();
            synchronized (output) {
                if (output.stream().anyMatch(wanted)) {
                    return;
                }
            }
        }
        throw new AssertionError("it ended; its output:\n" + String.join("\n", output));
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits for the processes of this worker that execute runs; returns the first one's executor and itself. */
    List<ProcessHandle> executing(Process worker) {
        while (last.isAlive()) {
            for (ProcessHandle executor : worker.children().toList()) {
                List<ProcessHandle> children = executor.children().toList();
                if (!children.isEmpty()) {
                    return List.of(executor, children.get(0));
                }
            }
            pause();
        }
        throw new AssertionError("the sweep ended, and the worker executed nothing");
    }

    static void signal(String name, ProcessHandle process) throws Exception {
        new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
    }

    /** Ends the processes that this object started, and what they started. */
    @Override
    public void close() {
        for (Process process : all) {
            List<ProcessHandle> started = process.descendants().toList();
            process.destroyForcibly();
            started.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
