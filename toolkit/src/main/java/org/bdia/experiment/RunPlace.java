package org.bdia.experiment;

import java.io.Serializable;
import java.util.List;
import java.util.function.Consumer;
import org.bdia.config.RunConfig;

/** Where a sweep's runs are executed: {@link ThisMachine}, or a cluster that reaches the same folder of runs. */
public interface RunPlace extends AutoCloseable {

    /** Returns the number of runs at a time, 1 or more. */
    int slots();

    /** Returns how that number came about, in words. */
    String reason();

    /**
     * Executes a run until its process ends. Called by as many threads at a time as there are slots.
     *
     * @param progress told how far it is
     * @throws InterruptedException if this thread is interrupted; the run writes a checkpoint and leaves
     * @throws ExperimentException if the place can start no process
     * @throws java.io.UncheckedIOException if the place is lost: the sweep breaks off
     */
    Exit execute(RunConfig config, Consumer<StepLine> progress) throws InterruptedException;

    /** Releases what the place holds. */
    @Override
    default void close() {}

    /**
     * The end of a run's process.
     *
     * @param code its exit code: 0 finished, {@value #BUSY} another process is writing the run, {@value #UNFIT}
     *     the machine is unfit, else failed
     * @param log the end of what it wrote
     */
    record Exit(int code, List<String> log) implements Serializable {

        /** The exit code of a process whose run another process is writing. */
        public static final int BUSY = 3;

        /** The exit code of a process whose machine cannot execute the run, though others may. */
        public static final int UNFIT = 4;

        /** A process ended by signal n has, by the shell's convention that Java follows, the exit code 128 + n. */
        private static final int SIGNALS = 128;

        private static final int KILLED = SIGNALS + 9;
        private static final String OUT_OF_MEMORY =
                " (killed from outside, which is what the system does when memory runs out)";

        /** Copies the log, and says so where the process wrote nothing. */
        public Exit {
            log = log.isEmpty() ? List.of("(it wrote nothing)") : List.copyOf(log);
        }

        /** Whether another process is writing the run. */
        boolean busy() {
            return code == BUSY;
        }

        /** The code in words: {@code exit code 1}, {@code signal 15}. */
        String reason() {
            return code > SIGNALS
                    ? "signal " + (code - SIGNALS) + (code == KILLED ? OUT_OF_MEMORY : "")
                    : "exit code " + code;
        }
    }
}
