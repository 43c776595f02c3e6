package org.bdia.spark;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.bdia.experiment.ChildCommand;
import org.bdia.experiment.ExperimentException;
import org.bdia.experiment.RunCluster;
import org.bdia.experiment.RunPlace;
import org.bdia.io.ChildJvm;
import org.bdia.run.RunStore;

/**
 * Spark clusters. The driver is a JVM of its own, started as spark-submit starts it, so that the libraries of Spark and of the toolkit
 * never meet.
 */
public final class SparkCluster implements RunCluster {

    private static final String HOME = "SPARK_HOME";
    private static final String DEPLOY_MODE = "spark.submit.deployMode";

    /** The options that Spark itself sets for the JVMs that it starts. */
    static final List<String> OPTIONS =
            Stream.concat(
                            Stream.of(
                                            "java.lang",
                                            "java.lang.invoke",
                                            "java.lang.reflect",
                                            "java.io",
                                            "java.net",
                                            "java.nio",
                                            "java.util",
                                            "java.util.concurrent",
                                            "java.util.concurrent.atomic",
                                            "jdk.internal.ref",
                                            "sun.nio.ch",
                                            "sun.nio.cs",
                                            "sun.security.action",
                                            "sun.util.calendar")
                                    .map(name -> "--add-opens=java.base/" + name + "=ALL-UNNAMED"),
                            Stream.of("-Djdk.reflect.useDirectMethodHandle=false"))
                    .toList();

    @Override
    public RunPlace open(
            String master, Map<String, String> settings, ChildCommand command, RunStore store) {
        if (settings.getOrDefault(DEPLOY_MODE, "client").equals("cluster")) {
            throw new ExperimentException(
                    DEPLOY_MODE
                            + "=cluster would start the driver on another machine, where nobody shows progress or waits for"
                            + " it; leave it out");
        }
        Path home = home(System.getenv().getOrDefault(HOME, ""));
        String probe = ".probe-" + UUID.randomUUID();
        var setup =
                new Message.Setup(
                        command,
                        store.root().toString(),
                        probe,
                        System.getProperty("java.version"));
        try {
            Path jars = Files.createTempDirectory("bdia-spark");
            Path own = jar(SparkCluster.class, jars.resolve("bdia-spark.jar"));
            Path toolkit = jar(ChildCommand.class, jars.resolve("bdia-toolkit.jar"));
            List<String> line = new ArrayList<>();
            line.add(command.command().get(0));
            line.addAll(ChildJvm.UTF_8);
            line.addAll(OPTIONS);
            line.add("-cp");
            line.add(home.resolve("conf") + File.pathSeparator + home.resolve("jars") + "/*");
            line.addAll(List.of("org.apache.spark.deploy.SparkSubmit", "--master", master));
            line.addAll(List.of("--deploy-mode", "client", "--name", "bdia sweep"));
            line.addAll(List.of("--class", Driver.class.getName(), "--jars", toolkit.toString()));
            settings.forEach((key, value) -> line.addAll(List.of("--conf", key + "=" + value)));
            line.add(own.toString());
            return new SparkPlace(new ProcessBuilder(line), setup, jars);
        } catch (IOException e) {
            throw new UncheckedIOException("the driver cannot be started: " + e.getMessage(), e);
        }
    }

    /**
     * Returns the folder of Spark.
     *
     * @throws ExperimentException if it is not named, or has no jars
     */
    static Path home(String named) {
        String expected =
                HOME
                        + " must name a folder of Spark, whose folder jars has the jars of the cluster's version, but ";
        if (named.isBlank()) {
            throw new ExperimentException(expected + "is not set");
        }
        Path home = Path.of(named).toAbsolutePath();
        try (Stream<Path> jars = Files.list(home.resolve("jars"))) {
            if (jars.noneMatch(jar -> jar.getFileName().toString().startsWith("spark-core_"))) {
                throw new ExperimentException(expected + home + " has no jars/spark-core_*.jar");
            }
        } catch (IOException e) {
            throw new ExperimentException(expected + home + " has no folder jars", e);
        }
        return home;
    }

    /** Returns the jar that a class is from; packs its folder where it is from one, since Spark ships jars alone. */
    static Path jar(Class<?> type, Path target) throws IOException {
        Path source;
        try {
            source = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
        if (!Files.isDirectory(source)) {
            return source;
        }
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file);
                Stream<Path> classes = Files.walk(source)) {
            for (Path path : classes.filter(Files::isRegularFile).toList()) {
                jar.putNextEntry(new JarEntry(source.relativize(path).toString()));
                Files.copy(path, jar);
            }
        }
        return target;
    }
}
