package org.bdia.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.regex.Pattern;
import org.bdia.config.FileException;
import org.bdia.config.TextFile;

/**
 * One writer per folder. The operating system holds the lock on the file {@code lock} and drops it when the
 * process dies; the file {@code lock.owner} says who holds it.
 *
 * <p>Two files, because POSIX drops a process's locks on a file as soon as the process closes any channel to
 * it, and Windows lets nobody read a locked one: {@code lock} is opened by its owner only, and a second
 * opener in the same process is stopped by reading {@code lock.owner} before.
 */
record RunLock(FileChannel channel, FileLock lock, Path owner) implements AutoCloseable {

    private static final String OWNER = "lock.owner";
    private static final Pattern WORDS =
            Pattern.compile("process (\\d{1,18}) on (.+), started \\S+\n");

    /** Takes the lock or says who has it; never waits. */
    static RunLock take(Path folder) {
        // The class's monitor orders the openers inside this process, which file locks do not.
        synchronized (RunLock.class) {
            var owner = folder.resolve(OWNER);
            if (who(owner).equals(self())) {
                throw taken(folder, owner);
            }
            try {
                return lock(folder, owner);
            } catch (IOException e) {
                throw new FileException(
                        folder + ": cannot be locked (" + e + "); check space and permissions", e);
            }
        }
    }

    private static RunLock lock(Path folder, Path owner) throws IOException {
        var channel =
                FileChannel.open(
                        folder.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            var lock = channel.tryLock();
            if (lock == null) {
                throw taken(folder, owner);
            }
            TextFile.write(owner, self());
            return new RunLock(channel, lock, owner);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Releases the lock; a second call does nothing. */
    @Override
    public void close() {
        synchronized (RunLock.class) {
            if (!channel.isOpen()) {
                return;
            }
            try {
                Files.deleteIfExists(owner);
                lock.release();
                channel.close();
            } catch (IOException e) {
                throw new FileException(owner + ": cannot be released (" + e + ")", e);
            }
        }
    }

    /** Returns in words which process has a folder's lock. Reads only: taking the lock, even briefly, could make a starting run fail. */
    static String holder(Path folder) {
        String owner;
        try {
            owner = Files.readString(folder.resolve(OWNER));
        } catch (IOException e) {
            return "open nowhere";
        }
        var named = WORDS.matcher(owner);
        if (!named.matches() || !named.group(2).equals(host())) {
            return "open in " + owner.strip();
        }
        var process = ProcessHandle.of(Long.parseLong(named.group(1)));
        return process.map(RunLock::words).filter(owner::equals).isPresent()
                ? "open in process " + named.group(1)
                : "left by process " + named.group(1) + ", which has ended";
    }

    private static RunBusyException taken(Path folder, Path owner) {
        return new RunBusyException(
                folder
                        + ": already open for writing by "
                        + who(owner).strip()
                        + "; wait until that run ends, or end it");
    }

    private static String who(Path owner) {
        try {
            return Files.readString(owner);
        } catch (IOException e) {
            // Nobody has the lock, or its owner is just taking or releasing it.
            return "another process";
        }
    }

    private static String self() {
        return words(ProcessHandle.current());
    }

    /** A process of this host: id, host and start time, since ids are reused. */
    private static String words(ProcessHandle process) {
        var started = process.info().startInstant().map(Instant::toString).orElse("unknown");
        return "process " + process.pid() + " on " + host() + ", started " + started + "\n";
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "this host";
        }
    }
}
