package org.bdia.kernel;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bdia.cli.CommandModule;
import org.bdia.cli.Finding;
import org.bdia.io.ChildJvm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Registers the Java kernel in Jupyter, and adds the installed kernels to {@code bdia doctor}. */
@Command(
        name = "kernel",
        description = "Registers the Java kernel in Jupyter.",
        synopsisSubcommandLabel = "(install | class-path)")
public final class KernelCommand implements CommandModule {

    @Spec private CommandSpec spec;

    @Override
    public List<Object> commands() {
        return List.of(this);
    }

    @Override
    public List<Finding> findings() {
        return InstalledKernel.findings(InstalledKernel.folders(), System.getenv());
    }

    @Command(
            name = "install",
            description =
                    "Writes kernels/java/kernel.json, and keeps a copy of an existing one that differs.")
    int install(
            @Option(
                            names = "--into",
                            paramLabel = "FOLDER",
                            description =
                                    "A folder of JUPYTER_PATH; default: the user's Jupyter folder.")
                    Path folder)
            throws IOException {
        Path into = folder == null ? KernelSpec.userFolder() : folder;
        spec.commandLine().getOut().println(KernelSpec.current().install(into));
        return 0;
    }

    @Command(
            name = "class-path",
            description = "Prints the value for IJAVA_CLASSPATH or JJAVA_CLASSPATH.")
    int classPath() {
        spec.commandLine().getOut().println(ChildJvm.classPath());
        return 0;
    }
}
