package org.bdia.experiment;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bdia.run.RunStore;

/**
 * Finishes the runs of a plan, several at a time, where a {@link RunPlace} executes them.
 *
 * <p>The state is in the runs' folders alone: a sweep that was killed, or runs beside another one over the same folder,
 * skips what is finished, waits for what another process is writing, and goes on from checkpoints.
 */
public final class SweepRunner {

    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(2);

    private final RunStore store;
    private final RunPlace place;
    private final Consumer<SweepEvent> events;
    private final List<SweepPlan.Item> waiting;
    private final Set<String> failed = new HashSet<>();

    /**
     * A runner, to be run once.
     *
     * @param place where, and so how many at a time
     * @param events told what happens, by several threads but by one at a time
     */
    public SweepRunner(
            SweepPlan plan, RunStore store, RunPlace place, Consumer<SweepEvent> events) {
        this.store = store;
        this.place = place;
        this.events = events;
        waiting = new ArrayList<>(plan.items());
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
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean finish() throws InterruptedException {
        skipFinished();
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
            throw new ExperimentException("the sweep broke off: " + e.getCause(), e.getCause());
        } finally {
            workers.shutdownNow();
            awaitCheckpoints(workers);
        }
        return failed.isEmpty();
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

    private synchronized void skipFinished() {
        Iterator<SweepPlan.Item> items = waiting.iterator();
        while (items.hasNext()) {
            SweepPlan.Item item = items.next();
            if (store.isDone(item.id())) {
                items.remove();
                events.accept(new SweepEvent.Skipped(item));
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
            } catch (RuntimeException e) {
                exit = new RunPlace.Exit(1, List.of(e.toString()));
            }
            settle(item, exit);
        }
    }

    /** The first run that can begin; empty when none is left. Waits while all that are left need a running one. */
    private synchronized Optional<SweepPlan.Item> next() throws InterruptedException {
        while (true) {
            Iterator<SweepPlan.Item> items = waiting.iterator();
            while (items.hasNext()) {
                SweepPlan.Item item = items.next();
                Optional<String> missing = item.needs().filter(id -> !store.isDone(id));
                if (missing.isEmpty()) {
                    items.remove();
                    events.accept(new SweepEvent.Started(item));
                    return Optional.of(item);
                }
                if (failed.contains(missing.get())) {
                    items.remove();
                    fail(item, List.of("it begins with run " + missing.get() + ", which failed"));
                }
            }
            if (waiting.isEmpty()) {
                return Optional.empty();
            }
            wait();
        }
    }

    private void settle(SweepPlan.Item item, RunPlace.Exit exit) throws InterruptedException {
        if (exit.busy()) {
            tell(new SweepEvent.Elsewhere(item));
            Thread.sleep(BETWEEN_TRIES.toMillis());
        }
        synchronized (this) {
            if (store.isDone(item.id())) {
                events.accept(new SweepEvent.Finished(item));
            } else if (exit.busy()) {
                waiting.add(item);
            } else {
                List<String> log = new ArrayList<>(exit.log());
                log.add("it ended with " + exit.reason());
                fail(item, log);
            }
            notifyAll();
        }
    }

    private synchronized void tell(SweepEvent event) {
        events.accept(event);
    }

    private void fail(SweepPlan.Item item, List<String> log) {
        failed.add(item.id());
        events.accept(new SweepEvent.Failed(item, log));
    }
}
