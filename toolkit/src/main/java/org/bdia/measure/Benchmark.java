package org.bdia.measure;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.bdia.config.Update;

/**
 * Measures points side by side, each in its own process. All processes of a group are alive at once and take turns of one
 * step, so that other load on the machine affects all of them; ratios are taken within a round.
 */
public final class Benchmark {

    /** Warm-up steps after which times are steady. */
    public static final int WARM_UP = 8;

    private static final double MIB = 1 << 20;

    /** Pause between two turns: a process's threads spin for a while when they have nothing to do. */
    private static final long PAUSE_MILLIS = 50;

    private static final String HEADER =
            "| row | ms | / store (95 %) | / same row of the peer (95 %) | / the peer's store (95 %) | saved MiB"
                    + " | peak MiB | total MiB | source | fused kernels |\n|---|---|---|---|---|---|---|---|---|---|";

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
     * @return a row for each, in order; none where the engine says that it cannot, as torch.compile may, which is logged
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
            List<Worker> able = workers.stream().filter(this::isAble).toList();
            Map<Point, List<Double>> times = new LinkedHashMap<>();
            for (int round = 0; round < rounds; round++) {
                for (Worker worker : rotated(able, round)) {
                    pause();
                    double milliseconds = worker.ask("step 1").get("ms").get(0).asDouble();
                    times.computeIfAbsent(worker.point(), p -> new ArrayList<>()).add(milliseconds);
                }
            }
            List<Row> rows = new ArrayList<>();
            log.accept(HEADER);
            for (Worker worker : able) {
                Row row = row(worker, times);
                rows.add(row);
                log.accept(describe(row));
            }
            return rows;
        } finally {
            workers.forEach(Worker::close);
        }
    }

    private boolean isAble(Worker worker) {
        JsonNode answer = worker.await();
        boolean able = answer.get("ready").asBoolean();
        if (!able) {
            log.accept(name(worker.point()) + " is left out: " + answer.get("reason").asText());
        }
        return able;
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

    private static Row row(Worker worker, Map<Point, List<Double>> times) {
        Point point = worker.point();
        JsonNode ready = worker.await();
        JsonNode memory = worker.ask("memory");
        double parameters = ready.get("params_mib").asDouble();
        String source = memory.get("source").asText();
        List<Double> own = times.get(point);
        Point store = point.store();
        return new Row(
                point,
                ready.get("engine").asText(),
                parameters,
                point.countsAll() && source.equals("counted")
                        ? memory.get("rest_mib").asDouble()
                        : rest(point, parameters),
                memory.get("peak_mib").asDouble(),
                memory.path("saved_mib").asDouble(Double.NaN),
                memory.get("rss_peak_mib").asDouble(),
                source,
                own,
                Row.Ratio.of(own, times.get(store)),
                Row.Ratio.of(own, point.peer().map(times::get).orElse(null)),
                Row.Ratio.of(
                        own,
                        point.engine().equals("djl") ? times.get(store.onEngine("python")) : null),
                memory.path("kernels").asText(""));
    }

    private static double rest(Point point, double parameters) {
        return point.step().equals(Point.PER_BLOCK)
                ? MemoryModel.of(point.model(), point.computed()).resting(Update.PER_BLOCK) / MIB
                : 4 * parameters;
    }

    private static String name(Point p) {
        return String.join(
                " ",
                p.engine(),
                p.task(),
                "K=" + p.depth(),
                p.method(),
                p.backprop(),
                p.variant(),
                p.precision(),
                p.activation().word(),
                p.step() + (p.headTokens() > 0 ? ", head of " + p.headTokens() + " tokens" : ""));
    }

    private static String describe(Row row) {
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %s | %s | %s | %s | %.1f | %.1f | %s | %s |",
                name(row.point()),
                row.median(),
                row.toStore(),
                row.toPeer(),
                row.toPeerStore(),
                Double.isNaN(row.saved()) ? "" : String.format(Locale.ROOT, "%.1f", row.saved()),
                row.peak(),
                row.total(),
                row.source(),
                row.kernels());
    }
}
