package org.bdia.ci;

import java.util.List;
import org.bdia.ci.bench.BenchCommand;
import org.bdia.ci.bench.GpuCommand;
import org.bdia.ci.bench.HeadCommand;
import org.bdia.ci.bench.StatesCommand;
import org.bdia.ci.fault.FaultsCommand;
import org.bdia.cli.CommandModule;

/** Adds {@code bdia archive}, for what ci/record.py records, and {@code bdia bench}, {@code bench-head}, {@code bench-states}, {@code bench-gpu} and {@code faults}, which ci/bench, ci/gpu and ci/faults call. */
public final class CiModule implements CommandModule {

    @Override
    public List<Object> commands() {
        return List.of(
                new ArchiveCommand(),
                new BenchCommand(),
                new HeadCommand(),
                new StatesCommand(),
                new GpuCommand(),
                new FaultsCommand());
    }
}
