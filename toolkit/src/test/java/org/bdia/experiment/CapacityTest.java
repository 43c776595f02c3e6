package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.config.RunConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.Capacity.Machine;
import org.bdia.report.Profile;
import org.junit.jupiter.api.Test;

class CapacityTest {
    private static final long GIB = 1L << 30;
    private static final List<RunConfig> MANY =
            List.of(
                    Runs.small(Method.standard(), Backprop.STORE, 0),
                    Runs.small(Method.standard(), Backprop.STORE, 1),
                    Runs.small(Method.standard(), Backprop.STORE, 2),
                    Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0));

    @Test
    void coresMemoryRunsAndTheGpuEachSetALimit() {
        assertThat(capacity(2, 100 * GIB, false)).isEqualTo(2);
        assertThat(capacity(64, 100 * GIB, false)).isEqualTo(4);
        assertThat(capacity(64, 3 * GIB, false)).isEqualTo(2);
        assertThat(capacity(64, 1, false)).as("at least one is tried").isEqualTo(1);
        assertThat(capacity(64, 100 * GIB, true)).isEqualTo(1);
    }

    @Test
    void aWishIsStrongerThanMemoryAndCoresButNotThanTheRuns() {
        var machine = new Machine(8, GIB, true);
        assertThat(Capacity.of(MANY, OptionalInt.of(3), machine, 1).parallel()).isEqualTo(3);
        assertThat(Capacity.of(MANY, OptionalInt.of(99), machine, 1).parallel()).isEqualTo(4);
    }

    @Test
    void theNumberOfThreadsDependsNeitherOnTheRunsNorOnMemory() {
        for (int cores = 1; cores < 20; cores++) {
            for (int runs = 1; runs <= MANY.size(); runs++) {
                var machine = new Machine(cores, cores * GIB, false);
                Capacity capacity =
                        Capacity.of(MANY.subList(0, runs), OptionalInt.empty(), machine, 3);
                assertThat(capacity.threads()).isEqualTo(3);
                assertThat(capacity.parallel()).isLessThanOrEqualTo(Math.max(1, cores / 3));
            }
        }
    }

    @Test
    void memoryGrowsWithTheModelAndWithWhatIsKept() {
        RunConfig small = Runs.small(Method.bdia(0.5), Backprop.STORE, 0);
        assertThat(bytes(small, VitConfig.laptop(), Backprop.STORE))
                .isLessThan(bytes(small, VitConfig.paper(), Backprop.STORE));
        VitConfig deep = VitConfig.paper().withDepth(24);
        assertThat(bytes(small, deep, Backprop.REVERSIBLE))
                .isLessThan(bytes(small, deep, Backprop.CHECKPOINT));
        assertThat(bytes(small, deep, Backprop.CHECKPOINT))
                .isLessThan(bytes(small, deep, Backprop.STORE));
    }

    @Test
    void everyPresetAndMethodHasAnEstimate() {
        var environment = new Environment(Profile.LAPTOP, DataFolder.at(Path.of("nothing")), "1");
        for (String task : Workload.names()) {
            for (Method method : Methods.all()) {
                RunConfig run = Workload.preset(task, environment).methods(method).configs().get(0);
                assertThat(MemoryEstimate.bytes(run)).isGreaterThan(GIB);
            }
        }
    }

    private static long bytes(RunConfig config, VitConfig model, Backprop backprop) {
        return MemoryEstimate.bytes(
                new RunConfig(
                        config.task(), model, config.method(), backprop, true, config.train(), 0));
    }

    private static int capacity(int cores, long free, boolean gpu) {
        return Capacity.of(MANY, OptionalInt.empty(), new Machine(cores, free, gpu), 1).parallel();
    }
}
