package org.bdia.run;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.bdia.config.Json;
import org.bdia.config.Records;
import org.bdia.data.Provenance;
import oshi.SystemInfo;

/**
 * Provenance of a run: build, machine, data, times.
 *
 * <p>Of a run that others resumed, each text about build and machine has all that computed it, in order: commits and arithmetics
 * joined by {@code +}, the others, such as {@code AMD EPYC then Intel Xeon}, by {@code then}. Numbers are those of the last session.
 *
 * @param version the toolkit's version, as {@link Build} has it
 * @param commit the toolkit's commit, as {@link Build} has it
 * @param arithmetic {@link Build#ARITHMETIC}; {@code unknown} of a run that was begun before there were such versions
 * @param java the Java runtime's version and vendor
 * @param os the operating system, its version and the processor architecture
 * @param cpu the processor's name
 * @param cores the logical processors that this process may use
 * @param memoryBytes the machine's memory
 * @param device where the tensors were, {@code cpu()} or, for example, {@code gpu(0)}
 * @param engine the tensor library, its version, and its products with weights where they are not the usual ones
 * @param data what it was trained on
 * @param started when the run first began
 * @param finished the last moment at which it is known to have run; both moments are the wall clock's, which may be
 *     set back while it runs
 * @param plainKernels the shapes whose fused kernels were wrong on this machine, so that plain ones were used; a resumed run
 *     obeys them
 * @param hours the time spent running, all sessions of a resumed run together, whatever the wall clock was set to; of a session that
 *     was killed, the time up to its last checkpoint
 */
public record Manifest(
        String version,
        String commit,
        @JacksonInject(value = Json.ARITHMETIC, useInput = OptBoolean.TRUE) String arithmetic,
        String java,
        String os,
        String cpu,
        int cores,
        long memoryBytes,
        String device,
        String engine,
        Provenance data,
        Instant started,
        Instant finished,
        List<String> plainKernels,
        double hours) {

    /** Separates the machines of a run's sessions: names contain {@code +}. */
    private static final String THEN = " then ";

    /** Copies the list. */
    public Manifest {
        plainKernels = List.copyOf(plainKernels);
    }

    /** This machine, at the beginning of a run. */
    public static Manifest begin(String device, String engine, Provenance data, Instant now) {
        var hardware = new SystemInfo().getHardware();
        var build = Build.ofThisToolkit();
        return new Manifest(
                build.version(),
                build.commit(),
                Build.ARITHMETIC,
                System.getProperty("java.version") + " " + System.getProperty("java.vendor"),
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + System.getProperty("os.arch"),
                hardware.getProcessor().getProcessorIdentifier().getName().strip(),
                Runtime.getRuntime().availableProcessors(),
                hardware.getMemory().getTotal(),
                device,
                engine,
                data,
                now,
                now,
                List.of(),
                0);
    }

    /** Returns this session's manifest for a run that an earlier session began. */
    Manifest resuming(Manifest earlier) {
        Manifest resumed =
                with("version", joined(earlier.version, THEN, version))
                        .with("commit", joined(earlier.commit, "+", commit))
                        .with("arithmetic", joined(earlier.arithmetic, "+", arithmetic))
                        .with("java", joined(earlier.java, THEN, java))
                        .with("os", joined(earlier.os, THEN, os))
                        .with("cpu", joined(earlier.cpu, THEN, cpu))
                        .with("device", joined(earlier.device, THEN, device))
                        .with("engine", joined(earlier.engine, THEN, engine))
                        .with("started", earlier.started)
                        .with("hours", earlier.hours);
        return resumed.withPlainKernels(earlier.plainKernels);
    }

    /**
     * Returns the same run after a session has gone on.
     *
     * @param now the wall clock's time, which may have been set back
     * @param passed the time that the session has run since this manifest, by a monotonic clock
     */
    public Manifest until(Instant now, Duration passed) {
        return with("finished", now).with("hours", hours + passed.toNanos() / 3.6e12);
    }

    /** Returns the same run with other shapes that plain kernels are used for. */
    public Manifest withPlainKernels(List<String> shapes) {
        return with("plainKernels", shapes);
    }

    private Manifest with(String component, Object value) {
        return Records.with(this, component, value);
    }

    private static String joined(String all, String between, String last) {
        return List.of(all.split(Pattern.quote(between))).contains(last)
                ? all
                : all + between + last;
    }
}
