package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.data.Cifar;
import org.bdia.io.ChildJvm;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class OutOfMemoryTest {

    /** 150 MB of images, which no heap of 64 MiB holds. */
    private static RunConfig large() {
        RunConfig small = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        return new RunConfig(
                new TaskConfig.Images(Cifar.Kind.CIFAR_10, 50_000, 10, 10, true, 0, true),
                small.model(),
                small.method(),
                small.backprop(),
                true,
                small.train(),
                0);
    }

    /** An experiment of one run; prints what it says. */
    static final class Parent {
        private Parent() {}

        /** The argument is the folder of runs. */
        public static void main(String[] args) {
            try {
                ChildRuns.complete(Runs.planned(List.of(large())), RunStore.at(Path.of(args[0])));
            } catch (ExperimentException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    @Test
    @Timeout(300)
    void aChildWithoutMemoryIsReportedWithTheEndOfItsLog(@TempDir Path folder)
            throws IOException, InterruptedException {
        // The variable reaches parent and child, but the parent's own option is stronger.
        ProcessBuilder builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-cp",
                                ChildJvm.classPath(),
                                Parent.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true);
        builder.environment().put("JDK_JAVA_OPTIONS", "-Xmx64m");
        Process parent = builder.start();
        String says = new String(parent.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(parent.waitFor()).isZero();
        assertThat(says)
                .contains(
                        "1 of 1 runs failed",
                        "run " + large().id() + " (bdia, seed 0) failed; the end of its log:",
                        "java.lang.OutOfMemoryError: Java heap space",
                        "it ended with exit code 1");
    }
}
