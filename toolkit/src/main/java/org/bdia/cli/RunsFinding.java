package org.bdia.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.run.RunStore;

/** Finding of whether the folder of runs can be used, and which runs are not finished. */
final class RunsFinding {

    /** GPT-2's 124 million weights and AdamW's two moments of each, in float32, are 1.4 GiB. */
    private static final long ROOM_BYTES = 2L << 30;

    private static final int NAMED = 5;

    private RunsFinding() {}

    /** Returns the finding for a folder of runs, which need not exist; leaves nothing in it. */
    static Finding of(RunStore store) {
        return of(store, ROOM_BYTES);
    }

    static Finding of(RunStore store, long least) {
        Path root = store.root();
        Path place = nearest(root);
        String fix = "set BDIA_RUNS to a writable folder with space on a local disk";
        try {
            probe(place);
            FileStore disk = Files.getFileStore(place);
            String room = gib(disk.getUsableSpace()) + " GiB free";
            if (disk.getUsableSpace() < least) {
                String found = root + " has " + room + ", a checkpoint may need " + gib(least);
                return new Finding("runs", false, found, "free some space, or " + fix);
            }
            return new Finding("runs", true, root + ", " + room + ", " + runs(store), "");
        } catch (IOException | RuntimeException e) {
            String found = place + " cannot be written, locked and synced: " + e;
            return new Finding("runs", false, found, fix);
        }
    }

    /** Returns the folder itself, or the nearest parent that exists. */
    private static Path nearest(Path root) {
        Path place = root;
        while (!Files.exists(place) && place.getParent() != null) {
            place = place.getParent();
        }
        return place;
    }

    /** Locks, writes and syncs a file, as a run does. */
    private static void probe(Path place) throws IOException {
        Path file = Files.createTempFile(place, ".doctor", ".probe");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.tryLock() == null) {
                throw new IOException("a new file is locked by another process");
            }
            channel.write(ByteBuffer.wrap(new byte[] {1}));
            channel.force(true);
        } finally {
            Files.delete(file);
        }
    }

    private static String runs(RunStore store) {
        List<String> unfinished = new ArrayList<>();
        int finished = 0;
        for (String id : store.ids()) {
            if (store.isDone(id)) {
                finished++;
            } else {
                unfinished.add(id + " " + store.holder(id));
            }
        }
        String first = String.join("; ", unfinished.stream().limit(NAMED).toList());
        String more = unfinished.size() > NAMED ? "; …" : "";
        return finished
                + " finished and "
                + unfinished.size()
                + " unfinished runs"
                + (unfinished.isEmpty() ? "" : " (" + first + more + ")");
    }

    private static String gib(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / (double) (1L << 30));
    }
}
