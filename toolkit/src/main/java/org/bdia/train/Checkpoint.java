package org.bdia.train;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A folder {@code checkpoint-STEP} with all that a run needs to go on: weights and optimiser state as safetensors,
 * and {@code state.json}, which is written last and carries the SHA-256 of both.
 *
 * <p>The folder is made under another name, synced to disk and moved, so that it is there whole or not at all.
 */
public final class Checkpoint {

    private static final String PREFIX = "checkpoint-";
    private static final String WEIGHTS = "weights.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String STATE = "state.json";
    private static final int KEPT = 2;
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    /**
     * What {@code state.json} holds.
     *
     * @param version the format, 1
     * @param config the hash of the run's configuration
     * @param step the steps made
     * @param lossSum the sum of the step losses of the epoch under way
     * @param weightsSha256 of weights.safetensors
     * @param optimizerSha256 of optimizer.safetensors
     */
    public record State(
            int version,
            String config,
            long step,
            double lossSum,
            String weightsSha256,
            String optimizerSha256) {}

    private final Path folder;
    private final State state;
    private final byte[] weights;
    private final byte[] optimizer;

    private Checkpoint(Path folder, State state, byte[] weights, byte[] optimizer) {
        this.folder = folder;
        this.state = state;
        this.weights = weights;
        this.optimizer = optimizer;
    }

    /** Writes a checkpoint and removes all but the newest two. */
    static Path save(
            Path run, String config, long step, double lossSum, Block model, Optimizer optimizer) {
        try {
            Files.createDirectories(run);
            Path target = run.resolve(PREFIX + step);
            Path temporary = Files.createTempDirectory(run, ".writing-");
            try {
                byte[] weights = encode(Weights.of(model));
                byte[] moments = encode(optimizer.state());
                write(temporary.resolve(WEIGHTS), weights);
                write(temporary.resolve(OPTIMIZER), moments);
                State state = new State(1, config, step, lossSum, sha256(weights), sha256(moments));
                write(temporary.resolve(STATE), JSON.writeValueAsBytes(state));
                if (Files.exists(target)) {
                    delete(target);
                }
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(temporary);
            }
            List<Path> all = list(run);
            for (Path old : all.subList(0, Math.max(0, all.size() - KEPT))) {
                delete(old);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint could not be written in " + run, e);
        }
    }

    /**
     * The newest checkpoint of a run.
     *
     * @param run the run's folder
     * @param config the hash that the checkpoint must carry
     * @return empty if the run has none
     * @throws IllegalArgumentException if the newest is damaged or of another configuration
     */
    static Optional<Checkpoint> latest(Path run, String config) {
        if (!Files.isDirectory(run)) {
            return Optional.empty();
        }
        try {
            List<Path> all = list(run);
            return all.isEmpty()
                    ? Optional.empty()
                    : Optional.of(read(all.get(all.size() - 1), config));
        } catch (IOException e) {
            throw new UncheckedIOException("the run's folder " + run + " cannot be read", e);
        }
    }

    private static Checkpoint read(Path folder, String config) {
        String mend = "; delete " + folder + " to go on from the checkpoint before it";
        try {
            State state = JSON.readValue(Files.readAllBytes(folder.resolve(STATE)), State.class);
            if (!config.equals(state.config())) {
                throw new IllegalArgumentException(
                        String.format(
                                "%s belongs to configuration %s, but this run's is %s%s",
                                folder, state.config(), config, mend));
            }
            byte[] weights = checked(folder.resolve(WEIGHTS), state.weightsSha256(), mend);
            byte[] moments = checked(folder.resolve(OPTIMIZER), state.optimizerSha256(), mend);
            return new Checkpoint(folder, state, weights, moments);
        } catch (IOException e) {
            throw new IllegalArgumentException(folder + " is damaged: " + e.getMessage() + mend, e);
        }
    }

    private static byte[] checked(Path file, String expected, String mend) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        String found = sha256(bytes);
        if (!found.equals(expected)) {
            throw new IllegalArgumentException(
                    file
                            + " is damaged: its SHA-256 is "
                            + found
                            + ", expected "
                            + expected
                            + mend);
        }
        return bytes;
    }

    /**
     * Copies weights and optimiser state into a model and its optimiser.
     *
     * @throws IllegalArgumentException if they belong to another model; names the tensor
     */
    void restore(NDManager parent, Block model, Optimizer into) {
        try (NDManager manager = parent.newSubManager()) {
            NDList values = NDList.decode(manager, new ByteArrayInputStream(weights));
            NDList moments = NDList.decode(manager, new ByteArrayInputStream(optimizer));
            Weights.copy(values, Weights.of(model), folder + "/" + WEIGHTS);
            into.restore(moments, state.step());
        }
    }

    /** The folder. */
    Path folder() {
        return folder;
    }

    /** What is not a tensor. */
    State state() {
        return state;
    }

    private static byte[] encode(NDList arrays) throws IOException {
        var bytes = new ByteArrayOutputStream();
        arrays.encode(bytes, NDList.Encoding.SAFETENSORS);
        return bytes.toByteArray();
    }

    private static void write(Path file, byte[] bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
    }

    private static List<Path> list(Path run) throws IOException {
        try (Stream<Path> entries = Files.list(run)) {
            return entries.filter(path -> path.getFileName().toString().matches(PREFIX + "\\d+"))
                    .sorted(Comparator.comparingLong(Checkpoint::step))
                    .toList();
        }
    }

    private static long step(Path folder) {
        return Long.parseLong(folder.getFileName().toString().substring(PREFIX.length()));
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
