package org.bdia.experiment;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Finishes the runs of a plan, several at a time, where a {@link RunPlace} executes them.
 *
 * <p>The state is in the runs' folders alone: a sweep that was killed, or runs beside another one over the same folder,
 * skips what is finished, waits for what another process is writing, and goes on from checkpoints.
 */
public final class SweepRunner {

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    /** A network file system may show what other machines write up to a minute later. */
    private static final int LOOKS_FOR_FINISHED = 45;

    private final SweepPlan plan;
    private final Predicate<String> done;
    private final RunPlace place;
    private final Consumer<SweepEvent> events;
    private final Deque<SweepPlan.Item> ready = new ArrayDeque<>();

    /** The runs that wait for another one, by its name. */
    private final Map<String, List<SweepPlan.Item>> waiting = new HashMap<>();

    private boolean failed;

    /**
     * A runner, to be run once.
     *
     * @param done whether a run is finished, by its name: asked once at the beginning, and when its process has ended
     * @param place where, and so how many at a time
     * @param events told what happens, by several threads but by one at a time
     */
    public SweepRunner(
            SweepPlan plan, Predicate<String> done, RunPlace place, Consumer<SweepEvent> events) {
        this.plan = plan;
        this.done = done;
        this.place = place;
        this.events = events;
    }

    /**
     * Returns when every run is finished or failed.
     *
     * <p>A JVM that receives SIGTERM waits for the checkpoints too: where it is a container's first process, the children
     * end with it.
     *
     * @return whether all are finished
     * @throws InterruptedException if this thread is interrupted, or the JVM told to end; the runs have then written their
     *     checkpoints
     */
    public boolean run() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread sweep = Thread.currentThread();
        Thread hook = new Thread(() -> interruptAndAwait(sweep, ended), "sweep-end");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return finish();
        } finally {
            ended.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException atWork) {
                // It is what brought us here.
            }
        }
    }

    private static void interruptAndAwait(Thread sweep, CountDownLatch ended) {
        sweep.interrupt();
        try {
            // A child that does not end in time is killed by the sweep.
            ended.await(ChildCommand.PATIENCE.plus(BETWEEN_TRIES).toSeconds(), TimeUnit.SECONDS);
            // The caller may say how to resume; it cannot end the JVM while this hook runs.
            sweep.join(BETWEEN_TRIES.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean finish() throws InterruptedException {
        begin();
        ExecutorService workers = Executors.newFixedThreadPool(place.slots());
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < place.slots(); i++) {
                ends.add(
                        workers.submit(
                                () -> {
                                    work();
                                    return null;
                                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw new ExperimentException(
                    "the sweep was aborted: " + e.getCause().getMessage(), e.getCause());
        } finally {
            workers.shutdownNow();
            awaitCheckpoints(workers);
        }
        return !failed;
    }

    /** At a second interrupt no longer. */
    private static void awaitCheckpoints(ExecutorService workers) {
        boolean interrupted = Thread.interrupted();
        try {
            workers.awaitTermination(ChildCommand.PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void begin() {
        Map<String, Boolean> finished = new HashMap<>();
        plan.items().forEach(item -> finished.put(item.id(), done.test(item.id())));
        for (SweepPlan.Item item : plan.items()) {
            Optional<String> missing = item.needs().filter(id -> !finished.getOrDefault(id, false));
            if (finished.get(item.id())) {
                events.accept(new SweepEvent.Skipped(item));
            } else if (missing.isEmpty()) {
                ready.add(item);
            } else if (finished.containsKey(missing.get())) {
                waiting.computeIfAbsent(missing.get(), id -> new ArrayList<>()).add(item);
            } else if (done.test(missing.get())) {
                ready.add(item);
            } else {
                fail(
                        item,
                        "it begins with run "
                                + missing.get()
                                + ", which is neither finished nor planned");
            }
        }
    }

    private void work() throws InterruptedException {
        for (var next = next(); next.isPresent(); next = next()) {
            SweepPlan.Item item = next.get();
            RunPlace.Exit exit;
            try {
                exit =
                        place.execute(
                                item.config(), step -> tell(new SweepEvent.Progressed(item, step)));
            } catch (UncheckedIOException e) {
                throw e;
            } catch (RuntimeException e) {
                exit = new RunPlace.Exit(1, List.of(e.toString()));
            }
            settle(item, exit);
        }
    }

    /** The first run that can begin; empty when none is left. Waits while all that are left need a running one. */
    private synchronized Optional<SweepPlan.Item> next() throws InterruptedException {
        while (ready.isEmpty() && !waiting.isEmpty()) {
            wait();
        }
        Optional<SweepPlan.Item> next = Optional.ofNullable(ready.poll());
        next.ifPresent(item -> events.accept(new SweepEvent.Started(item)));
        return next;
    }

    private void settle(SweepPlan.Item item, RunPlace.Exit exit) throws InterruptedException {
        if (exit.busy()) {
            tell(new SweepEvent.Elsewhere(item));
            Thread.sleep(BETWEEN_TRIES.toMillis());
        }
        boolean finished = done.test(item.id());
        for (int i = 0; i < LOOKS_FOR_FINISHED && !finished && exit.code() == 0; i++) {
            Thread.sleep(BETWEEN_TRIES.toMillis());
            finished = done.test(item.id());
        }
        synchronized (this) {
            if (finished) {
                events.accept(new SweepEvent.Finished(item));
                ready.addAll(successors(item));
            } else if (exit.busy()) {
                ready.add(item);
            } else {
                List<String> log = new ArrayList<>(exit.log());
                log.add("it ended with " + exit.reason());
                fail(item, log.toArray(String[]::new));
            }
            notifyAll();
        }
    }

    private List<SweepPlan.Item> successors(SweepPlan.Item item) {
        return Optional.ofNullable(waiting.remove(item.id())).orElse(List.of());
    }

    private synchronized void tell(SweepEvent event) {
        events.accept(event);
    }

    private void fail(SweepPlan.Item item, String... log) {
        failed = true;
        events.accept(new SweepEvent.Failed(item, List.of(log)));
        for (SweepPlan.Item next : successors(item)) {
            fail(next, "it begins with run " + item.id() + ", which failed");
        }
    }
}
