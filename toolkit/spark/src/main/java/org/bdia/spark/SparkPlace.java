package org.bdia.spark;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.bdia.config.RunConfig;
import org.bdia.experiment.ExperimentException;
import org.bdia.experiment.RunPlace;
import org.bdia.experiment.StepLine;
import org.bdia.io.DurableFiles;
import org.bdia.spark.Message.Kind;
import org.bdia.spark.Message.Report;

/**
 * The toolkit's end of the pipes to a driver. The driver ends when this JVM does, since its standard input then ends; while it waits for
 * executors, within two minutes.
 */
final class SparkPlace implements RunPlace {

    private static final int LOG_LINES = 30;

    /** Lines that do not say why a driver ended. */
    private static final Pattern NOISE = Pattern.compile("^\\tat | INFO |^WARNING: |^SLF4J");

    private static final int SECONDS_TO_END = 20;

    private final Process driver;
    private final Path jars;
    private final BufferedWriter orders;
    private final Map<String, BlockingQueue<Report>> runs = new ConcurrentHashMap<>();
    private final BlockingQueue<Report> first = new LinkedBlockingQueue<>();
    private final Deque<String> log = new ArrayDeque<>();
    private final Report ready;
    private volatile Report lost;

    /**
     * Starts a driver and waits until it has executors.
     *
     * @param jars a folder to be deleted at the end
     * @throws ExperimentException if the driver refuses, or ends; says why
     */
    SparkPlace(ProcessBuilder command, Message.Setup setup, Path jars) throws IOException {
        this.jars = jars;
        driver = command.start();
        orders = driver.outputWriter(StandardCharsets.UTF_8);
        // Spark's log must not come between the halves of a report, so it has a pipe of its own.
        Thread errors = start(() -> read(driver.errorReader(StandardCharsets.UTF_8)));
        start(() -> readToEnd(errors));
        send(setup);
        Report answer = null;
        try {
            answer = first.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ready = answer;
        if (ready == null || ready.kind() == Kind.LOST) {
            close();
            throw new ExperimentException(
                    ready == null ? "interrupted while the driver was starting" : ready.text());
        }
    }

    @Override
    public int slots() {
        return ready.number();
    }

    @Override
    public String reason() {
        return ready.text();
    }

    @Override
    public Exit execute(RunConfig config, Consumer<StepLine> progress) throws InterruptedException {
        String id = config.id();
        BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
        runs.put(id, reports);
        try {
            if (lost == null) {
                send(new Message.Order(id, config.json()));
            } else {
                reports.add(lost);
            }
            while (true) {
                Report report = reports.take();
                switch (report.kind()) {
                    case STEP -> progress.accept(StepLine.parse(report.text()));
                    case END -> {
                        return new Exit(report.number(), report.log());
                    }
                    default -> throw new UncheckedIOException(new IOException(report.text()));
                }
            }
        } finally {
            runs.remove(id);
        }
    }

    private synchronized void send(Object message) {
        try {
            orders.write(Message.json(message) + "\n");
            orders.flush();
        } catch (IOException e) {
            // The driver has ended: its last lines say more than a broken pipe.
        }
    }

    private static Thread start(Runnable task) {
        Thread thread = new Thread(task, "spark-driver");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void readToEnd(Thread errors) {
        read(driver.inputReader(StandardCharsets.UTF_8));
        if (lost == null) {
            try {
                errors.join(SECONDS_TO_END * 1000L);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            String end = "the Spark driver has ended; the last it wrote:\n    ";
            synchronized (log) {
                end += String.join("\n    ", log);
            }
            accept(Report.of(Kind.LOST, end, 0));
        }
    }

    private void read(BufferedReader from) {
        try (BufferedReader lines = from) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Message.MARK)) {
                    accept(Message.parse(line.substring(Message.MARK.length()), Report.class));
                    continue;
                }
                if (NOISE.matcher(line).find()) {
                    continue;
                }
                note(line);
            }
        } catch (IOException | IllegalStateException e) {
            note("lost the driver's output: " + e.getMessage());
            driver.destroy(); // nobody hears it any more
        }
    }

    private void note(String line) {
        synchronized (log) {
            log.addLast(line);
            if (log.size() > LOG_LINES) {
                log.removeFirst();
            }
        }
    }

    private void accept(Report report) {
        switch (report.kind()) {
            case READY -> first.add(report);
            case LOST -> {
                lost = report;
                first.add(report);
                runs.values().forEach(reports -> reports.add(report));
            }
            default -> {
                BlockingQueue<Report> reports = runs.get(report.run());
                if (reports != null) {
                    reports.add(report);
                }
            }
        }
    }

    /** Ends the driver, and with it the executors; the runs' processes write checkpoints and leave by themselves. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted();
        try {
            synchronized (this) {
                orders.close();
            }
            if (!driver.waitFor(SECONDS_TO_END, TimeUnit.SECONDS)) {
                driver.destroyForcibly();
            }
            DurableFiles.deleteTree(jars);
        } catch (IOException e) {
            // The driver has ended already, or the system cleans its temporary folder itself.
        } catch (InterruptedException e) {
            driver.destroyForcibly();
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
