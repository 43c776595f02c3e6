package org.bdia.ci.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/** Faults of a run's folder: another process writes there, the disk is full, nothing may be written. */
final class FolderFaults {

    private static final String SIZE = "size=8m";
    private static final long POLL_NANOS = 1_000_000;

    /** The exit code of {@code bdia run} when the run is open elsewhere. */
    private static final int BUSY = 3;

    private final Path folder;
    private final Path reference;

    /**
     * Creates the faults.
     *
     * @param folder the folder of the runs
     * @param reference the folder of the same run, finished without a fault
     */
    public FolderFaults(Path folder, Path reference) {
        this.folder = folder.toAbsolutePath().normalize();
        this.reference = reference;
    }

    /** Injects all faults. */
    public List<FaultResult> run() {
        List<FaultResult> findings = new ArrayList<>(List.of(twoProcesses()));
        String without = Mount.missing();
        if (without.isEmpty()) {
            findings.add(onOwnDisk(Trouble.FULL));
            findings.add(onOwnDisk(Trouble.READ_ONLY));
        } else {
            findings.add(
                    new FaultResult(
                            "a full disk, a read-only folder",
                            "a clear error, the last checkpoint intact",
                            without,
                            FaultResult.Outcome.SKIPPED));
        }
        return findings;
    }

    private FaultResult twoProcesses() {
        Path runs = folder.resolve("two");
        RunFiles.delete(runs);
        try (TrainingProcess first = TrainingProcess.start(runs)) {
            await(first, () -> Files.exists(first.folder().resolve("lock.owner")));
            // Another log: the first process still writes to its own.
            try (TrainingProcess second = TrainingProcess.start(runs, "second.log")) {
                int exit = second.await();
                String printed = second.tail();
                boolean refused =
                        exit == BUSY
                                && printed.contains(
                                        "already open for writing by process " + first.pid());
                first.kill();
                return FaultResult.of(
                        "two processes on one run",
                        "the second ends with exit code "
                                + BUSY
                                + " and names the first, process "
                                + first.pid(),
                        "exit code " + exit + ": " + printed,
                        refused);
            }
        }
    }

    /** A fault of a disk, and the message that the run must print. */
    private enum Trouble {
        FULL("the disk is full", "No space left on device"),
        READ_ONLY("the folder becomes read-only", "Read-only file system");

        private final String fault;
        private final String reason;

        Trouble(String fault, String reason) {
            this.fault = fault;
            this.reason = reason;
        }

        /** Returns whether the message names a checkpoint; a run that cannot lock its folder has read none. */
        boolean namesCheckpoint() {
            return this == FULL;
        }
    }

    /** Fills the disk, or makes it read-only, after the first checkpoints; then undoes that and resumes. */
    private FaultResult onOwnDisk(Trouble trouble) {
        String expected =
                "the run ends with exit code 1 and prints \""
                        + trouble.reason
                        + (trouble.namesCheckpoint() ? "\" and which checkpoint is the last" : "\"")
                        + "; that is whole; resumed, it ends with the same bytes";
        try (Mount disk = Mount.at(folder.resolve("disk"), SIZE)) {
            Path runs = disk.path(); // its log goes beside it, to another disk
            String error;
            int exit;
            long kept;
            try (TrainingProcess run = TrainingProcess.start(runs)) {
                await(run, () -> RunFiles.newestCheckpoint(run.folder()) >= 6);
                if (trouble == Trouble.FULL) {
                    keepFull(disk.path().resolve("filler"), run);
                } else {
                    run.kill();
                    disk.remount("ro");
                }
                try (TrainingProcess failing =
                        trouble == Trouble.FULL ? run : TrainingProcess.start(runs)) {
                    exit = failing.await();
                    error = failing.tail();
                }
                kept = RunFiles.newestCheckpoint(run.folder());
            }
            if (trouble == Trouble.FULL) {
                Files.delete(disk.path().resolve("filler"));
            } else {
                disk.remount("rw");
            }
            String last = "the last checkpoint is " + runs + "/";
            boolean reported =
                    exit == 1
                            && error.contains(trouble.reason)
                            && error.contains("check space")
                            && (!trouble.namesCheckpoint()
                                    || Pattern.compile(
                                                    Pattern.quote(last)
                                                            + "\\w+/checkpoint-"
                                                            + kept
                                                            + "\\b")
                                            .matcher(error)
                                            .find());
            String found =
                    "exit code "
                            + exit
                            + ": "
                            + error.substring(Math.max(0, error.indexOf("bdia:")));
            return resumed(
                    runs,
                    new FaultResult(
                            trouble.fault,
                            expected,
                            found,
                            reported ? FaultResult.Outcome.HOLDS : FaultResult.Outcome.FAILS),
                    kept);
        } catch (IOException e) {
            throw new IllegalStateException(trouble.fault + ": could not be injected: " + e, e);
        }
    }

    private FaultResult resumed(Path runs, FaultResult failed, long kept) {
        try (TrainingProcess run = TrainingProcess.start(runs)) {
            int exit = run.await();
            String output = run.output();
            boolean whole =
                    output.contains("Resumed[step=" + kept + ",") && !output.contains("Refused[");
            List<String> differing = RunFiles.differences(reference, run.folder());
            return FaultResult.of(
                    failed.fault(),
                    failed.expected(),
                    String.format(
                            Locale.ROOT,
                            "%s; resumed at step %d: %s; exit code %d, different files: %s",
                            failed.found(),
                            kept,
                            whole ? "a whole checkpoint" : "NO WHOLE CHECKPOINT, " + run.tail(),
                            exit,
                            differing),
                    failed.outcome() == FaultResult.Outcome.HOLDS
                            && whole
                            && exit == 0
                            && differing.isEmpty());
        }
    }

    /** Keeps the disk full until the run ends, because a run frees space when it deletes an old checkpoint. */
    private static void keepFull(Path file, TrainingProcess run) throws IOException {
        byte[] block = new byte[1024];
        long written = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            while (run.isAlive()) {
                try {
                    out.write(block);
                    written++;
                } catch (IOException full) {
                    if (written == 0) {
                        throw full;
                    }
                    LockSupport.parkNanos(POLL_NANOS);
                }
            }
        }
    }

    private static void await(TrainingProcess run, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (!run.isAlive()) {
                throw new IllegalStateException("the run ended before its fault: " + run.tail());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }
}
