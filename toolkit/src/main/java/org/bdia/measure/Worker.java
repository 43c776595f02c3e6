package org.bdia.measure;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bdia.io.ChildJvm;
import org.bdia.io.StrictJson;
import org.bdia.torch.Allocator;

/** The parent's side of a process that measures one point. */
final class Worker implements AutoCloseable {

    private static final int COUNTERS_BYTES = 4096;
    private static final long POLL_MILLIS = 5;

    private final Point point;
    private final Process process;
    private final Writer input;
    private final BufferedReader output;
    private final Path errors;
    private final Path counters;
    private JsonNode ready;

    private Worker(Point point, Process process, Path errors, Path counters) {
        this.point = point;
        this.process = process;
        this.errors = errors;
        this.counters = counters;
        input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        output =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts a process; it builds its model and warms up until {@link #await}. */
    static Worker start(Point point, int warmUp, Tools tools) {
        List<String> arguments = new ArrayList<>(point.arguments());
        arguments.add("warmup=" + warmUp);
        ProcessBuilder builder =
                point.engine().equals("djl") ? ours(arguments) : peer(tools, arguments);
        try {
            Path errors = Files.createTempFile("bdia-worker", ".log");
            Path counters = Files.createTempFile("bdia-memory", ".counters");
            Files.write(counters, new byte[COUNTERS_BYTES]);
            builder.redirectError(errors.toFile());
            if (tools.shim() == null) {
                Allocator.returnFreed(builder.environment());
            } else {
                Allocator.keepFreed(builder.environment()); // for either engine
                builder.environment().put("LD_PRELOAD", tools.shim().toString());
                builder.environment().put(MemoryProbe.COUNTERS, counters.toString());
            }
            return new Worker(point, builder.start(), errors, counters);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "no process could be started by " + builder.command().get(0), e);
        }
    }

    private static ProcessBuilder peer(Tools tools, List<String> arguments) {
        List<String> command = new ArrayList<>(tools.peer());
        command.add("threads=" + tools.threads());
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /** Starts our engine with a compiler and collector that leave the cores to tensors. */
    private static ProcessBuilder ours(List<String> arguments) {
        List<String> options = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        return ChildJvm.of(options, StepWorker.class.getName(), arguments);
    }

    Point point() {
        return point;
    }

    /** Waits until the process is warmed up; returns its description. */
    JsonNode await() {
        if (ready == null) {
            ready = read();
        }
        return ready;
    }

    /** Sends a line and returns the answer. */
    JsonNode ask(String line) {
        try {
            input.write(line + "\n");
            input.flush();
        } catch (IOException e) {
            throw failed(e);
        }
        return read();
    }

    /** Returns the next line, polling for it, because reading ignores interrupts. */
    private JsonNode read() {
        try {
            while (!output.ready() && process.isAlive()) {
                Thread.sleep(POLL_MILLIS);
            }
            String line = output.readLine();
            if (line == null) {
                throw failed(null);
            }
            return StrictJson.MAPPER.readTree(line);
        } catch (IOException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring " + point, e);
        }
    }

    private IllegalStateException failed(Throwable cause) {
        String log = "";
        try {
            List<String> lines = Files.readAllLines(errors);
            log = String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        } catch (IOException e) {
            log = "(its log cannot be read: " + e.getMessage() + ")";
        }
        return new IllegalStateException(
                "the process that measures " + point + " ended; the end of its log:\n" + log,
                cause);
    }

    @Override
    public void close() {
        try {
            input.close(); // the worker ends with its input
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            Files.deleteIfExists(errors);
            Files.deleteIfExists(counters);
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
