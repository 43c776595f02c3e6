package org.bdia.experiment;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bdia.config.ModelConfig;
import org.bdia.config.OwnData;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.notebook.LiveFigure;
import org.bdia.notebook.Notebook;
import org.bdia.notebook.Progress;
import org.bdia.run.RunArchive;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;

/** The runs of an experiment, as many at a time as fit the machine, each in a {@linkplain ThisMachine child JVM}. */
final class ChildRuns {

    /** Share of unused training samples above which the user is told. */
    private static final double NOTABLE = 0.1;

    /** Polling interval; refreshes the elapsed time of starting runs. */
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    private static final String STARTING = "starting";

    private final SweepPlan plan;
    private final Map<String, String> titles = new HashMap<>();
    private final Map<String, Progress> bars = new HashMap<>();
    private final List<String> failures = new ArrayList<>();
    private final Map<String, String> labels = new HashMap<>();
    private final LiveLosses losses;
    private final LiveFigure chart = Notebook.liveFigure();
    private final int open;
    private int begun;
    private boolean drawable = true;

    /** Plans what is not finished; nothing is pretrained for a run that is. */
    private ChildRuns(List<Planned> runs, RunStore store) {
        List<RunConfig> configs = runs.stream().map(Planned::config).toList();
        plan =
                SweepPlan.of(configs)
                        .only(configs.stream().filter(c -> !store.isDone(c.id())).toList());
        losses = new LiveLosses(store);
        for (Planned run : runs) {
            labels.putIfAbsent(run.config().id(), run.variant().label());
            titles.putIfAbsent(
                    run.config().id(), run.variant().label() + ", seed " + run.config().seed());
        }
        open = (int) plan.items().stream().filter(item -> !store.isDone(item.id())).count();
    }

    /** One run to be finished, and the line of the comparison that it belongs to. */
    record Planned(Variant variant, RunConfig config) {}

    /** One finished run. */
    record Outcome(Variant variant, RunConfig config, RunRecord record) {}

    /**
     * Finishes every run that is not finished, with what it begins with, and reads them all.
     *
     * @throws ExperimentException if a child dies, once all other runs are finished; if this thread is interrupted, once the
     *     children have written their checkpoints; or if a finished run was made on a user's own data that have changed since
     */
    static List<Outcome> complete(List<Planned> runs, RunStore store) {
        return complete(runs, store, RunArchive.fromEnvironment());
    }

    /** Takes finished runs from an archive too, see {@link RunArchive#restore}. */
    static List<Outcome> complete(
            List<Planned> runs, RunStore store, Optional<RunArchive> archive) {
        archive.ifPresent(all -> restore(runs, store, all));
        var children = new ChildRuns(runs, store);
        children.begin(runs, store);
        if (children.open > 0) {
            children.finish(store);
        } else {
            System.out.println("every run is finished; read: " + runs.size());
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Planned run : runs) {
            RunConfig config = run.config();
            outcomes.add(new Outcome(run.variant(), config, store.read(config.id())));
        }
        return outcomes;
    }

    /** Names the first run at once: to read data and to measure the machine takes longer than a user should see nothing. */
    private void begin(List<Planned> runs, RunStore store) {
        plan.items().stream()
                .filter(item -> item.needs().isEmpty() && !store.isDone(item.id()))
                .findFirst()
                .ifPresent(item -> tell(new SweepEvent.Started(item)));
        try {
            requireReady(runs.stream().map(Planned::config).toList(), store)
                    .forEach(System.out::println);
        } catch (RuntimeException e) {
            bars.values().forEach(bar -> bar.end("not begun"));
            throw e;
        }
    }

    /** Restores compared runs alone: archives hold no weights that another run could begin with. */
    private static void restore(List<Planned> runs, RunStore store, RunArchive archive) {
        long restored =
                runs.stream().filter(run -> archive.restore(run.config().id(), store)).count();
        if (restored > 0) {
            System.out.println(restored + " finished runs restored from " + archive.folder());
        }
    }

    /**
     * Reads every user's own data once, before a child begins, where a wrong path or batch is easier to read than in a child's log.
     *
     * @return what the user should know, in lines
     * @throws org.bdia.data.DataException if data are missing or damaged
     * @throws IllegalArgumentException if the training data do not fill a batch
     * @throws ExperimentException if a finished run was made on data that have changed since
     */
    static Set<String> requireReady(List<RunConfig> runs, RunStore store) {
        Set<String> lines = new LinkedHashSet<>();
        Map<TaskConfig, List<RunConfig>> byTask =
                runs.stream().collect(groupingBy(RunConfig::task, LinkedHashMap::new, toList()));
        byTask.forEach(
                (task, sharing) -> {
                    if (task instanceof OwnData) {
                        lines.addAll(
                                requireReady(
                                        Workload.of(
                                                sharing.get(0),
                                                Environment.current().data(),
                                                store),
                                        sharing,
                                        store));
                    } else if (task instanceof TaskConfig.Images images && images.train() > 0) {
                        sharing.forEach(run -> run.train().leftOut(images.train()));
                    }
                });
        return lines;
    }

    private static Set<String> requireReady(Workload data, List<RunConfig> runs, RunStore store) {
        Set<String> lines = new LinkedHashSet<>();
        Map<ModelConfig, Integer> samples = new HashMap<>();
        for (RunConfig run : runs) {
            if (store.isDone(run.id())) {
                Workload.requireSameData(run, data.provenance(), store);
                continue;
            }
            int all =
                    samples.computeIfAbsent(
                            run.model(), model -> data.with(run).task().stepsPerEpoch(1));
            int left = run.train().leftOut(all);
            if (left > NOTABLE * all) {
                lines.add(
                        String.format(
                                Locale.ROOT,
                                "an epoch leaves out %d of the %d training samples, which fill no batch of %d; a smaller"
                                        + " batch leaves out fewer",
                                left,
                                all,
                                run.train().batch()));
            }
            warmup(run.train(), all).ifPresent(lines::add);
        }
        return lines;
    }

    /** Says that training ends within the warm-up, if it does. */
    private static Optional<String> warmup(TrainConfig train, int samples) {
        long steps = (long) (samples / train.batch()) * train.epochs();
        if (!(train.schedule() instanceof Schedule.WarmupCosine schedule)
                || steps > schedule.warmup()) {
            return Optional.empty();
        }
        return Optional.of(
                String.format(
                        Locale.ROOT,
                        "all %d steps of a run are within the warm-up of %d: the learning rate rises to %.3g of %s, and"
                                + " never falls; train for more epochs, on smaller batches, or with a shorter"
                                + " warm-up, as in train(t -> t.withSchedule(new Schedule.WarmupCosine(%s, %d,"
                                + " %s)))",
                        steps,
                        schedule.warmup(),
                        schedule.rate(steps - 1, steps),
                        schedule.peak(),
                        schedule.peak(),
                        steps / 10,
                        schedule.floor()));
    }

    /** Reports progress on this thread, the cell's, since a kernel displays nothing from others. */
    private void finish(RunStore store) {
        BlockingQueue<SweepEvent> events = new LinkedBlockingQueue<>();
        List<RunConfig> configs = plan.items().stream().map(SweepPlan.Item::config).toList();
        RunPlace place = ThisMachine.of(configs, store, OptionalInt.empty());
        var runner = new SweepRunner(plan, store::isDone, place, events::add);
        FutureTask<Boolean> end = new FutureTask<>(runner::run);
        Thread thread = new Thread(end, "runs");
        thread.setDaemon(true);
        thread.start();
        try {
            while (!end.isDone() || !events.isEmpty()) {
                SweepEvent event = events.poll(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
                if (event != null) {
                    tell(event);
                }
                bars.values().forEach(bar -> bar.announce(STARTING));
            }
            end.get();
        } catch (InterruptedException e) {
            bars.values().forEach(bar -> bar.end("interrupted"));
            thread.interrupt();
            awaitEnd(thread);
            Thread.currentThread().interrupt();
            throw new ExperimentException(
                    "interrupted; what was not finished goes on from its checkpoint next time", e);
        } catch (ExecutionException e) {
            throw new ExperimentException("the runs were aborted: " + e.getCause(), e.getCause());
        } finally {
            draw(chart::finish);
        }
        if (!failures.isEmpty()) {
            throw new ExperimentException(
                    String.format(
                            Locale.ROOT,
                            "%d of %d runs failed; the others are finished, and are not run again next time%n%s",
                            failures.size(),
                            open,
                            String.join(System.lineSeparator(), failures)));
        }
    }

    /** A second interrupt does not wait for checkpoints. */
    private static void awaitEnd(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A figure that cannot be drawn, for example without fonts, must not end the cell, whose runs would go on unseen. */
    private void draw(Runnable drawing) {
        if (!drawable) {
            return;
        }
        try {
            drawing.run();
        } catch (RuntimeException e) {
            drawable = false;
            System.err.println("the losses cannot be drawn; the runs go on: " + e.getMessage());
        }
    }

    private void tell(SweepEvent event) {
        String id = event.item().id();
        String title = titles.getOrDefault(id, event.item().text());
        if (event instanceof SweepEvent.Started && !bars.containsKey(id)) {
            begun++;
            var bar =
                    Notebook.progress(
                            String.format(Locale.ROOT, "run %d of %d · %s", begun, open, title));
            bar.announce(STARTING);
            bars.put(id, bar);
        } else if (event instanceof SweepEvent.Progressed progressed) {
            StepLine step = progressed.step();
            step.resumed().ifPresent(from -> System.out.println(title + ": resumed " + from));
            bars.get(id).update(step.samples(), step.total(), step.text());
            losses.add(labels.getOrDefault(id, title), event.item().config(), step);
            if (!losses.isEmpty()) {
                draw(() -> chart.update(losses::figure));
            }
        } else if (event instanceof SweepEvent.Elsewhere) {
            bars.get(id).update(0, 1, "another process is at it; waiting");
        } else if (event instanceof SweepEvent.Finished || event instanceof SweepEvent.Skipped) {
            end(id, "finished");
        } else if (event instanceof SweepEvent.Failed failed) {
            end(id, "failed");
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "run %s (%s) failed; the end of its log:%n%s",
                            id,
                            title,
                            String.join(System.lineSeparator(), failed.log())));
        }
    }

    /** A run that another failed run was needed for has no bar. */
    private void end(String id, String how) {
        Progress bar = bars.remove(id);
        if (bar != null) {
            bar.end(how);
        }
    }
}
