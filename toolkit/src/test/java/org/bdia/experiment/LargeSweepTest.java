package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand runs, two hundred at a time, on a place that has no processes. */
class LargeSweepTest {

    private static final int RUNS = 10_000;
    private static final int SLOTS = 200;
    private static final int FAILING = 77;

    private final Set<String> done = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lookups = new AtomicInteger();
    private final AtomicInteger executing = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final List<SweepEvent> events = new ArrayList<>();

    @Test
    @Timeout(120)
    void everyRunEndsOnceInOrderAndIsLookedUpTwice() throws InterruptedException {
        SweepPlan plan = plan();
        plan.items().subList(0, 10).forEach(item -> done.add(item.id()));
        String failing = plan.items().get(FAILING).id();

        boolean all = new SweepRunner(plan, this::isDone, new Stub(failing), events::add).run();

        assertThat(all).isFalse();
        assertThat(of(SweepEvent.Skipped.class)).hasSize(10);
        assertThat(of(SweepEvent.Failed.class))
                .as("the run that fails, and those that begin with it")
                .hasSize(RUNS / 100)
                .startsWith(failing);
        assertThat(of(SweepEvent.Finished.class)).hasSize(RUNS - 10 - RUNS / 100);
        assertThat(of(SweepEvent.Started.class).subList(0, SLOTS))
                .as("the plan's order, without those that wait for others")
                .isEqualTo(
                        plan.items().stream()
                                .filter(i -> i.needs().isEmpty())
                                .skip(10)
                                .limit(SLOTS)
                                .map(SweepPlan.Item::id)
                                .toList());
        assertThat(most).hasValueLessThanOrEqualTo(SLOTS);
        assertThat(lookups).hasValueLessThanOrEqualTo(2 * RUNS);
    }

    @Test
    void aFinishedRunThatTheSharedFolderShowsLaterIsNoFailure() throws InterruptedException {
        SweepPlan.Item item = item(0, Optional.empty());
        Predicate<String> late = id -> isDone(id) && lookups.get() > 2;
        var runner = new SweepRunner(new SweepPlan(List.of(item)), late, new Stub(""), events::add);
        assertThat(runner.run()).isTrue();
        assertThat(of(SweepEvent.Finished.class)).containsExactly(item.id());
    }

    @Test
    void aRunThatBeginsWithAnUnknownOneFails() throws InterruptedException {
        SweepPlan.Item item = item(0, Optional.of("0123456789ab"));
        var runner =
                new SweepRunner(
                        new SweepPlan(List.of(item)), this::isDone, new Stub(""), events::add);
        assertThat(runner.run()).isFalse();
        assertThat(events)
                .containsExactly(
                        new SweepEvent.Failed(
                                item,
                                List.of(
                                        "it begins with run 0123456789ab, which is neither finished nor planned")));
    }

    /** The last runs of every hundred begin with one of the first hundred. */
    private static SweepPlan plan() {
        List<SweepPlan.Item> first =
                IntStream.range(0, 100).mapToObj(i -> item(i, Optional.empty())).toList();
        return new SweepPlan(
                IntStream.range(0, RUNS)
                        .mapToObj(
                                i ->
                                        i < 100
                                                ? first.get(i)
                                                : item(
                                                        i,
                                                        i % 100 == FAILING || i % 100 == FAILING + 1
                                                                ? Optional.of(
                                                                        first.get(FAILING + i % 2)
                                                                                .id())
                                                                : Optional.empty()))
                        .toList());
    }

    private static SweepPlan.Item item(int seed, Optional<String> needs) {
        RunConfig config = Runs.small(Method.standard(), Backprop.STORE, seed);
        return new SweepPlan.Item("standard", config, needs);
    }

    private boolean isDone(String id) {
        lookups.incrementAndGet();
        return done.contains(id);
    }

    private List<String> of(Class<? extends SweepEvent> type) {
        return events.stream().filter(type::isInstance).map(event -> event.item().id()).toList();
    }

    private final class Stub implements RunPlace {

        private final String failing;

        Stub(String failing) {
            this.failing = failing;
        }

        @Override
        public int slots() {
            return SLOTS;
        }

        @Override
        public String reason() {
            return "stub";
        }

        @Override
        public Exit execute(RunConfig config, Consumer<StepLine> progress) {
            most.accumulateAndGet(executing.incrementAndGet(), Math::max);
            progress.accept(new StepLine(1, 2, ""));
            String id = config.id();
            if (!id.equals(failing)) {
                done.add(id);
            }
            executing.decrementAndGet();
            return new Exit(id.equals(failing) ? 1 : 0, List.of());
        }
    }
}
