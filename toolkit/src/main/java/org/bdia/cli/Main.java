package org.bdia.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.bdia.data.UserHome;
import org.bdia.run.Build;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code bdia}. */
@Command(
        name = "bdia",
        mixinStandardHelpOptions = true,
        description =
                "Exact bit-level reversible transformers: runs, and what a machine needs for them.",
        subcommands = {
            RunCommand.class,
            SweepCommand.class,
            CompareCommand.class,
            DataCommand.class,
            Doctor.class
        })
public final class Main {

    private Main() {}

    /** Runs a command and ends the JVM with its exit code: 0 well, 1 failed, 2 misused, 3 the run is open elsewhere. */
    public static void main(String[] args) {
        UserHome.adopt();
        System.exit(commandLine().execute(args));
    }

    /** Returns the command with all that the class path adds to it. */
    public static CommandLine commandLine() {
        Build build = Build.ofThisToolkit();
        CommandLine line = new CommandLine(new Main());
        ServiceLoader.load(CommandModule.class)
                .forEach(module -> module.commands().forEach(line::addSubcommand));
        line.getCommandSpec().version("bdia " + build.version() + ", commit " + build.commit());
        return line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(
                        (exception, command, parsed) -> {
                            command.getErr().println("bdia: " + exception.getMessage());
                            if (Boolean.getBoolean("bdia.debug")) {
                                exception.printStackTrace(command.getErr());
                            }
                            return 1;
                        });
    }
}
