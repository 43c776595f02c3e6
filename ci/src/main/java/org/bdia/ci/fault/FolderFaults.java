package org.bdia.ci.fault;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/** What can happen to a run's folder: another process writes there, the disk is full, nothing may be written. */
public final class FolderFaults {

    private static final String SIZE = "size=8m";
    private static final long POLL_NANOS = 1_000_000;

    /** What {@code bdia run} ends with when the run is open elsewhere. */
    private static final int BUSY = 3;

    private final Path folder;
    private final Path reference;

    /**
     * Faults to be tried.
     *
     * @param folder where the runs go
     * @param reference the folder of the same run, finished without a fault
     */
    public FolderFaults(Path folder, Path reference) {
        this.folder = folder.toAbsolutePath().normalize();
        this.reference = reference;
    }

    /** All of them. */
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>(List.of(twoProcesses()));
        String without = Mount.missing();
        if (without.isEmpty()) {
            findings.add(onOwnDisk(Trouble.FULL));
            findings.add(onOwnDisk(Trouble.READ_ONLY));
        } else {
            findings.add(
                    new Finding(
                            "a full disk, a read-only folder",
                            "a clear error, the last checkpoint intact",
                            without,
                            Finding.Outcome.SKIPPED));
        }
        return findings;
    }

    private Finding twoProcesses() {
        Path runs = folder.resolve("two");
        RunFiles.delete(runs);
        try (ChildRun first = ChildRun.start(runs)) {
            await(first, () -> Files.exists(first.folder().resolve("lock.owner")));
            // A log of its own: the first goes on writing to the other.
            try (ChildRun second = ChildRun.start(runs, "second.log")) {
                int exit = second.await();
                String says = second.tail();
                boolean refused =
                        exit == BUSY
                                && says.contains(
                                        "already open for writing by process " + first.pid());
                first.kill();
                return Finding.of(
                        "two processes on one run",
                        "the second ends with exit code "
                                + BUSY
                                + " and names the first, process "
                                + first.pid(),
                        "exit code " + exit + ": " + says,
                        refused);
            }
        }
    }

    /** What a disk suffers, and what the run that suffers it must say. */
    private enum Trouble {
        FULL("the disk is full", "No space left on device"),
        READ_ONLY("the folder becomes read-only", "Read-only file system");

        private final String fault;
        private final String reason;

        Trouble(String fault, String reason) {
            this.fault = fault;
            this.reason = reason;
        }

        /** A run that cannot even lock its folder has read no checkpoint that it could name. */
        boolean namesCheckpoint() {
            return this == FULL;
        }
    }

    /** Fills the disk, or forbids writing, behind the first checkpoints; then mends that and resumes. */
    private Finding onOwnDisk(Trouble trouble) {
        String expected =
                "the run ends with exit code 1 and says \""
                        + trouble.reason
                        + (trouble.namesCheckpoint() ? "\" and which checkpoint is the last" : "\"")
                        + "; that is whole; resumed, it ends with the same bytes";
        try (Mount disk = Mount.at(folder.resolve("disk"), SIZE)) {
            Path runs = disk.path(); // its log goes beside it, to another disk
            String error;
            int exit;
            long kept;
            try (ChildRun run = ChildRun.start(runs)) {
                await(run, () -> RunFiles.newestCheckpoint(run.folder()) >= 6);
                if (trouble == Trouble.FULL) {
                    keepFull(disk.path().resolve("filler"), run);
                } else {
                    run.kill();
                    disk.remount("ro");
                }
                try (ChildRun failing = trouble == Trouble.FULL ? run : ChildRun.start(runs)) {
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
            boolean said =
                    exit == 1
                            && error.contains(trouble.reason)
                            && error.contains("rights")
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
                    new Finding(
                            trouble.fault,
                            expected,
                            found,
                            said ? Finding.Outcome.HOLDS : Finding.Outcome.FAILS),
                    kept);
        } catch (IOException e) {
            throw new FaultException(trouble.fault + ": could not be tried: " + e, e);
        }
    }

    private Finding resumed(Path runs, Finding failed, long kept) {
        try (ChildRun run = ChildRun.start(runs)) {
            int exit = run.await();
            String output = run.output();
            boolean whole =
                    output.contains("Resumed[step=" + kept + ",") && !output.contains("Refused[");
            List<String> differing = RunFiles.differences(reference, run.folder());
            return Finding.of(
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
                    failed.outcome() == Finding.Outcome.HOLDS
                            && whole
                            && exit == 0
                            && differing.isEmpty());
        }
    }

    /** Writes what fits until the run is dead, because a run frees space when it drops an old checkpoint. */
    private static void keepFull(Path file, ChildRun run) throws IOException {
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

    private static void await(ChildRun run, Condition condition) {
        while (!condition.holds()) {
            if (!run.isAlive()) {
                throw new FaultException("the run ended before its fault: " + run.tail(), null);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Something to wait for. */
    private interface Condition {
        boolean holds();
    }
}
