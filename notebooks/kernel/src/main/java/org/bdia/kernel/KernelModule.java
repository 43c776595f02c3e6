package org.bdia.kernel;

import java.util.List;
import org.bdia.cli.CommandModule;
import org.bdia.cli.Finding;

/** Adds {@code bdia kernel}, and the installed kernels to {@code bdia doctor}. */
public final class KernelModule implements CommandModule {

    @Override
    public List<Object> commands() {
        return List.of(new KernelCommand());
    }

    @Override
    public List<Finding> findings() {
        return InstalledKernel.findings(InstalledKernel.folders(), System.getenv());
    }
}
