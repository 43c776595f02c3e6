package org.bdia.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkEnv;

/**
 * The proof that a host shares the folder of the runs: the driver locks a file there while it lives, and every executor must be
 * able to write to the file, and see it locked.
 */
record SharedFolder(Path probe, FileChannel channel) implements AutoCloseable {

    /**
     * Makes and locks the file.
     *
     * @throws UncheckedIOException if the folder cannot be written to, or has no locks
     */
    static SharedFolder prove(Message.Setup setup) {
        Path probe = Path.of(setup.runs(), setup.probe());
        try {
            Files.createDirectories(probe.getParent());
            var channel =
                    FileChannel.open(
                            probe, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            probe.toFile().deleteOnExit();
            channel.lock();
            return new SharedFolder(probe, channel);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    setup.runs() + ": cannot be written to, or files in it not locked (" + e + ")",
                    e);
        }
    }

    /** Returns this executor, and why it cannot execute runs; takes a second, so that other executors get the other tasks. */
    static Map.Entry<String, String> probe(Message.Setup setup) throws InterruptedException {
        Thread.sleep(1000);
        String executor = SparkEnv.get().executorId();
        try {
            requireFit(setup, RunTask.host());
            return new AbstractMap.SimpleEntry<>(executor, "");
        } catch (HostException e) {
            // Thrown, it would have Spark replace the executor by another one on the same host,
            // again and again.
            return new AbstractMap.SimpleEntry<>(executor, e.getMessage());
        }
    }

    /**
     * Checks what a host must have before it executes a run.
     *
     * @throws HostException if its Java differs, it lacks the toolkit, or does not share the folder
     */
    static void requireFit(Message.Setup setup, String host) {
        String java = System.getProperty("java.version");
        if (!java.equals(setup.java())) {
            throw new HostException(
                    host,
                    "has Java "
                            + java
                            + ", but the sweep was begun with "
                            + setup.java()
                            + "; bring the same");
        }
        List<String> missing = setup.command().missing();
        if (!missing.isEmpty()) {
            throw new HostException(
                    host,
                    "lacks "
                            + missing.size()
                            + " entries of the toolkit's class path, the first of them "
                            + missing.get(0)
                            + "; copy the toolkit there, or name its class path on the executors by --toolkit");
        }
        Path probe = Path.of(setup.runs(), setup.probe());
        if (!Files.exists(probe)) {
            throw new HostException(
                    host,
                    "does not share the folder of the runs, "
                            + setup.runs()
                            + ": it does not see a file that the driver has just written there; mount the folder");
        }
        try (var channel = FileChannel.open(probe, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock != null) {
                throw new HostException(
                        host,
                        "does not see the driver's lock on a file in "
                                + setup.runs()
                                + "; mount the folder with locks");
            }
        } catch (OverlappingFileLockException e) {
            // Locked, and this JVM knows: it is the driver's, or another task is looking.
        } catch (IOException e) {
            throw new HostException(
                    host, "cannot write or lock files in the folder of the runs (" + e + ")");
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(probe);
        channel.close();
    }
}
