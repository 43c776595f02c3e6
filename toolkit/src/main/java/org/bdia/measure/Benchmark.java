package org.bdia.measure;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;

/**
 * Measures points side by side, each in its own process. All processes of a group are alive at once and take turns of one
 * step, so that other load on the machine affects all of them; ratios are taken within a round.
 */
public final class Benchmark {

    /** Warm-up steps after which times are steady. */
    public static final int WARM_UP = 8;

    /** Pause between two turns: a process's threads spin for a while when they have nothing to do. */
    private static final long PAUSE_MILLIS = 50;

    private final Tools tools;
    private final int warmUp;
    private final int rounds;
    private final Consumer<String> log;

    /**
     * Creates a benchmark.
     *
     * @param warmUp the warm-up steps, 1 or more; {@link #WARM_UP} where times matter
     * @param rounds the turns of each point, 1 or more; the medians are over them
     * @param log receives a line per row
     */
    public Benchmark(Tools tools, int warmUp, int rounds, Consumer<String> log) {
        if (rounds < 1 || warmUp < 1) {
            throw new IllegalArgumentException(
                    "rounds and warm-up must be at least 1, but are " + rounds + " and " + warmUp);
        }
        this.tools = tools;
        this.warmUp = warmUp;
        this.rounds = rounds;
        this.log = log;
    }

    /**
     * Measures a group of points.
     *
     * @return a row for each, in order
     * @throws IllegalStateException if a process dies
     */
    public List<Row> measure(List<Point> points) {
        List<Worker> workers = new ArrayList<>();
        try {
            for (Point point : points) {
                Worker worker = Worker.start(point, warmUp, tools);
                workers.add(worker);
                worker.await(); // one after the other: warming up takes all cores
            }
            Map<Point, List<Double>> times = new LinkedHashMap<>();
            for (int round = 0; round < rounds; round++) {
                for (Worker worker : rotated(workers, round)) {
                    pause();
                    double milliseconds = worker.ask("step 1").get("ms").get(0).asDouble();
                    times.computeIfAbsent(worker.point(), p -> new ArrayList<>()).add(milliseconds);
                }
            }
            List<Row> rows = new ArrayList<>();
            for (Worker worker : workers) {
                Row row = row(worker, times);
                rows.add(row);
                log.accept(describe(row));
            }
            return rows;
        } finally {
            workers.forEach(Worker::close);
        }
    }

    /** Returns the order of a round, in which no worker is always first or always behind the same one. */
    static <T> List<T> rotated(List<T> workers, int round) {
        List<T> turns = new ArrayList<>(workers);
        Collections.rotate(turns, round);
        if (round / 2 % 2 == 1) {
            Collections.reverse(turns);
        }
        return turns;
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the next worker that is asked ends
        }
    }

    private Row row(Worker worker, Map<Point, List<Double>> times) {
        Point point = worker.point();
        JsonNode ready = worker.await();
        JsonNode memory = worker.ask("memory");
        Point store =
                point.with(Method.standard(), Backprop.STORE).withActivation(ActivationConfig.GELU);
        return new Row(
                point,
                ready.get("engine").asText(),
                ready.get("params_mib").asDouble(),
                memory.get("peak_mib").asDouble(),
                memory.path("saved_mib").asDouble(Double.NaN),
                memory.get("rss_peak_mib").asDouble(),
                memory.get("source").asText(),
                times.get(point),
                ratio(times.get(point), times.get(store)),
                ratio(times.get(point), point.peer().map(times::get).orElse(null)));
    }

    /** Returns the median of the rounds' ratios. */
    private static double ratio(List<Double> times, List<Double> others) {
        if (others == null) {
            return Double.NaN;
        }
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            ratios.add(times.get(i) / others.get(i));
        }
        return Row.median(ratios);
    }

    private static String describe(Row row) {
        Point p = row.point();
        return String.format(
                Locale.ROOT,
                "%-6s %s K=%-2d %-8s %-10s %-4s %-8s %-13s  saved %7.1f  peak %7.1f MiB (%s)  %7.1f ms  / store %.3f  / peer %.3f",
                p.engine(),
                p.task(),
                p.depth(),
                p.method(),
                p.backprop(),
                p.variant(),
                p.precision(),
                p.activation(),
                row.saved(),
                row.peak(),
                row.source(),
                row.median(),
                row.ratioToStore(),
                row.ratioToPeer());
    }
}
