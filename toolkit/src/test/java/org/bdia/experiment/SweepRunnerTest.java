package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SweepRunnerTest {

    @TempDir private Path folder;
    private final List<SweepEvent> events = new ArrayList<>();

    @Test
    @Timeout(300)
    void aFailureIsToldTheOthersGoOnAndWhatIsFinishedIsSkipped() throws InterruptedException {
        RunConfig good = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        RunConfig bad = Runs.with(good, good.train().withBatch(99));
        SweepPlan plan =
                new SweepPlan(
                        List.of(
                                item(bad, Optional.empty()),
                                item(good, Optional.empty()),
                                item(
                                        Runs.small(Method.standard(), Backprop.STORE, 5),
                                        Optional.of(bad.id()))));
        assertThat(run(plan)).isFalse();
        assertThat(RunStore.at(folder).isDone(good.id())).isTrue();
        List<SweepEvent.Failed> failed = of(SweepEvent.Failed.class);
        assertThat(failed).hasSize(2);
        assertThat(String.join("\n", failed.get(0).log()))
                .contains("the training data do not fill one batch of 99", "exit code 1");
        assertThat(failed.get(1).log())
                .containsExactly("it begins with run " + bad.id() + ", which failed");
        assertThat(of(SweepEvent.Progressed.class)).isNotEmpty();

        events.clear();
        assertThat(run(new SweepPlan(plan.items().subList(1, 2)))).isTrue();
        assertThat(events).containsExactly(new SweepEvent.Skipped(plan.items().get(1)));
    }

    @Test
    @Timeout(300)
    void aRunThatAnotherProcessWritesIsWaitedFor() throws InterruptedException {
        RunConfig config = Runs.small(Method.standard(), Backprop.STORE, 0);
        Run other = RunStore.at(folder).open(config.id(), config.json());
        var runner =
                new SweepRunner(
                        new SweepPlan(List.of(item(config, Optional.empty()))),
                        RunStore.at(folder)::isDone,
                        ThisMachine.of(RunStore.at(folder), new Capacity(1, 1, "test")),
                        event -> {
                            events.add(event);
                            if (event instanceof SweepEvent.Elsewhere) {
                                other.close();
                            }
                        });
        assertThat(runner.run()).isTrue();
        assertThat(of(SweepEvent.Elsewhere.class)).hasSize(1);
        assertThat(of(SweepEvent.Finished.class)).hasSize(1);
    }

    @Test
    @Timeout(300)
    void aRunThatGoesOnFromACheckpointSaysSo() throws InterruptedException {
        RunConfig config = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        var steps = new AtomicLong();
        new RunWorker(config, RunStore.at(folder), Environment.current().data())
                .work(event -> steps.set(event.step()), () -> steps.get() == 4);
        assertThat(run(new SweepPlan(List.of(item(config, Optional.empty()))))).isTrue();
        assertThat(of(SweepEvent.Progressed.class))
                .flatExtracting(event -> event.step().resumed().stream().toList())
                .containsExactly("from step 4 of 10");
    }

    private boolean run(SweepPlan plan) throws InterruptedException {
        var store = RunStore.at(folder);
        var place = ThisMachine.of(store, new Capacity(2, 1, "test"));
        return new SweepRunner(plan, store::isDone, place, events::add).run();
    }

    private <T> List<T> of(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }

    private static SweepPlan.Item item(RunConfig config, Optional<String> needs) {
        return new SweepPlan.Item(config.method().label(), config, needs);
    }
}
