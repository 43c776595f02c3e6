package org.bdia.spark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.status.api.v1.ExecutorSummary;
import org.bdia.experiment.RunPlace.Exit;
import org.bdia.spark.Message.Kind;
import org.bdia.spark.Message.Order;
import org.bdia.spark.Message.Report;
import org.bdia.spark.Message.Setup;
import scala.jdk.javaapi.CollectionConverters;

/**
 * The main class of a driver. Its class path is Spark's and these classes, without the toolkit's libraries.
 *
 * <p>Each run is a Spark job of one task, submitted by a thread of its own: in one large job, a task that fails too often would abort all
 * others.
 */
public final class Driver {

    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
    private static final int LOOKS_WITHOUT_EXECUTORS = 120;
    private static final int LOOKS_AT_FIRST = 3;

    // Java takes the encoding of System.out from the locale.
    private static final PrintStream OUT =
            new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final JavaSparkContext spark;
    private final Setup setup;
    private final Faults faults = new Faults();

    /** The executors that failed the probe, and why. */
    private final Map<String, String> unfit = new ConcurrentHashMap<>();

    private Driver(JavaSparkContext spark, Setup setup) {
        this.spark = spark;
        this.setup = setup;
        spark.sc().addSparkListener(faults);
        spark.sc().addSparkListener(new Heartbeats(Driver::say));
    }

    /** Reads orders from standard input until it ends, and then stops all runs. */
    public static void main(String[] args) throws IOException, InterruptedException {
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Setup setup = Message.parse(input.readLine(), Setup.class);
        SparkConf conf = new SparkConf();
        String threads = setup.command().environment().get("OMP_NUM_THREADS");
        Optional<String> refusal = Settings.refusal(key -> conf.get(key, null), threads);
        if (refusal.isPresent()) {
            lose(refusal.get());
        }
        Settings.DEFAULTS.forEach(conf::setIfMissing);
        SharedFolder folder = SharedFolder.prove(setup);
        try (folder;
                var spark = new JavaSparkContext(conf)) {
            new Driver(spark, setup).serve(input);
        }
        System.exit(0); // though threads of cancelled jobs may be waiting
    }

    private void serve(BufferedReader input) throws IOException, InterruptedException {
        unfit.putAll(probe(awaitExecutors()));
        int slots = slots();
        String left =
                unfit.values().stream()
                        .map(fault -> "; left out: " + fault)
                        .collect(Collectors.joining());
        if (slots == 0) {
            lose("no executor can execute runs" + left);
        }
        say(
                Report.of(
                        Kind.READY,
                        slots
                                + " at a time on "
                                + executors()
                                + " executors of "
                                + spark.master()
                                + left,
                        slots));
        Thread watch = new Thread(this::watch, "watch");
        watch.setDaemon(true);
        watch.start();
        ExecutorService jobs = Executors.newCachedThreadPool();
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            Order order = Message.parse(line, Order.class);
            jobs.execute(() -> execute(order));
        }
    }

    /** Returns the runs at a time, once there have been executors for some seconds and no more come. */
    private int awaitExecutors() throws InterruptedException {
        int before = 0;
        int same = 0;
        for (int looks = 0; looks < LOOKS_WITHOUT_EXECUTORS; looks++) {
            int now = slots();
            same = now == before ? same + 1 : 0;
            before = now;
            if (now > 0 && same >= LOOKS_AT_FIRST) {
                return now;
            }
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        }
        lose(
                spark.master()
                        + " has given no executor for "
                        + LOOKS_WITHOUT_EXECUTORS
                        + " s; see whether it has workers with free memory for spark.executor.memory");
        return 0;
    }

    private int slots() {
        SparkConf conf = spark.getConf();
        int coresOfTask = conf.getInt("spark.task.cpus", 1);
        // A task runs on one executor, so what its cores leave over counts for nothing.
        int byCores = usable().mapToInt(executor -> executor.totalCores() / coresOfTask).sum();
        int gpusOfTask = conf.getInt("spark.task.resource.gpu.amount", 0);
        int gpus = conf.getInt("spark.executor.resource.gpu.amount", 0);
        return gpusOfTask == 0 ? byCores : Math.min(byCores, executors() * (gpus / gpusOfTask));
    }

    private int executors() {
        return (int) usable().count();
    }

    private Stream<ExecutorSummary> usable() {
        return CollectionConverters.asJava(spark.sc().statusStore().executorList(true)).stream()
                .filter(executor -> spark.isLocal() || !executor.id().equals("driver"))
                .filter(executor -> !executor.isExcluded() && !unfit.containsKey(executor.id()));
    }

    /** Checks the executors before the first run, by a task a slot; returns those that cannot execute runs, and why. */
    private Map<String, String> probe(int slots) {
        Setup shared = setup;
        List<Map.Entry<String, String>> answers =
                spark.parallelize(Collections.nCopies(slots, ""), slots)
                        .map(nothing -> SharedFolder.probe(shared))
                        .collect();
        return answers.stream()
                .filter(answer -> !answer.getValue().isEmpty())
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, Map.Entry::getValue, (one, same) -> one));
    }

    private void execute(Order order) {
        var last = new LastLine();
        spark.sc().register(last, order.run());
        spark.setJobGroup(order.run(), "run " + order.run(), true);
        try {
            Exit exit =
                    spark.parallelize(List.of(order.config()), 1)
                            .map(new RunTask(setup, last))
                            .collect()
                            .get(0);
            say(new Report(Kind.END, order.run(), "", exit.code(), exit.log()));
        } catch (Exception e) {
            if (Faults.isHosts(e.getMessage())) {
                lose("no executor can execute runs; " + faults.last().orElse(e.getMessage()));
            }
            List<String> log = String.valueOf(e.getMessage()).lines().toList();
            say(new Report(Kind.END, order.run(), "", 1, log));
        }
    }

    private void watch() {
        int without = 0;
        try {
            while (without < LOOKS_WITHOUT_EXECUTORS) {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
                without = executors() == 0 ? without + 1 : 0;
            }
        } catch (InterruptedException e) {
            return;
        }
        lose(
                "there has been no usable executor for "
                        + LOOKS_WITHOUT_EXECUTORS
                        + " s"
                        + faults.last().map(fault -> "; the last fault: " + fault).orElse(""));
    }

    private static void say(Report report) {
        OUT.println(Message.MARK + Message.json(report));
    }

    private static void lose(String reason) {
        say(Report.of(Kind.LOST, reason, 0));
        System.exit(1);
    }
}
