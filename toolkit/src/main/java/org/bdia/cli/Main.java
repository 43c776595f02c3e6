package org.bdia.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import org.bdia.data.UserHome;
import org.bdia.run.Build;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.ScopeType;

/** The command {@code bdia}. */
@Command(
        name = "bdia",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        description =
                "Exact bit-level reversible transformers: runs, sweeps, comparisons, data and diagnostics.",
        subcommands = {
            NewCommand.class,
            PlanCommand.class,
            RunCommand.class,
            SweepCommand.class,
            CompareCommand.class,
            DataCommand.class,
            Doctor.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Main {

    private Main() {}

    /** The build's version, commit and arithmetic. */
    static final class Version implements IVersionProvider {

        @Override
        public String[] getVersion() {
            return new String[] {"bdia " + Build.ofThisToolkit().text()};
        }
    }

    /**
     * Runs a command and ends the JVM with its exit code: 0 success, 1 failure, 2 wrong usage, 3 the run is open elsewhere.
     */
    public static void main(String[] args) {
        UserHome.adopt();
        // figures are files here; a stale DISPLAY would be an error
        System.setProperty("java.awt.headless", "true");
        System.exit(commandLine().execute(args));
    }

    /** Returns the command with all subcommands on the class path. */
    public static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        ServiceLoader.load(CommandModule.class)
                .forEach(module -> module.commands().forEach(line::addSubcommand));
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
