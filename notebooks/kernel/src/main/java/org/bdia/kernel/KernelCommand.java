package org.bdia.kernel;

import java.io.IOException;
import java.nio.file.Path;
import org.bdia.io.ChildJvm;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the Java kernel known to Jupyter. */
@Command(
        name = "kernel",
        description = "Makes the Java kernel known to Jupyter.",
        synopsisSubcommandLabel = "(install | class-path)")
final class KernelCommand {

    @Spec private CommandSpec spec;

    @Command(
            name = "install",
            description = "Writes kernels/java/kernel.json; keeps a copy of another kernel's.")
    int install(
            @Option(
                            names = "--into",
                            paramLabel = "FOLDER",
                            description = "A folder of JUPYTER_PATH; default: the user's own.")
                    Path folder)
            throws IOException {
        Path into = folder == null ? KernelSpec.userFolder() : folder;
        spec.commandLine().getOut().println(KernelSpec.current().install(into));
        return 0;
    }

    @Command(
            name = "class-path",
            description = "Prints what IJAVA_CLASSPATH or JJAVA_CLASSPATH is to be set to.")
    int classPath() {
        spec.commandLine().getOut().println(ChildJvm.classPath());
        return 0;
    }
}
