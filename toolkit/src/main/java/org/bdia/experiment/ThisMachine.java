package org.bdia.experiment;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.bdia.config.RunConfig;
import org.bdia.run.RunStore;

/**
 * This machine: every run in a child JVM of its own, so that memory figures are clean and a crash does not affect other runs.
 *
 * @param command how a run is executed
 * @param slots runs at a time, 1 or more
 * @param reason how that number came about, in words
 */
public record ThisMachine(ChildCommand command, int slots, String reason) implements RunPlace {

    /**
     * As many runs at a time as fit this machine, see {@link Capacity#of}.
     *
     * @param runs the runs to be made
     * @param store where they are kept
     * @param wanted a number of runs at a time that takes precedence
     */
    public static ThisMachine of(List<RunConfig> runs, RunStore store, OptionalInt wanted) {
        return of(store, Capacity.of(runs, wanted));
    }

    static ThisMachine of(RunStore store, Capacity capacity) {
        var command = ChildCommand.of(store, capacity.threads());
        return new ThisMachine(command, capacity.parallel(), capacity.reason());
    }

    @Override
    public Exit execute(RunConfig config, Consumer<StepLine> progress) throws InterruptedException {
        return command.execute(config.json(), line -> progress.accept(StepLine.parse(line)));
    }
}
