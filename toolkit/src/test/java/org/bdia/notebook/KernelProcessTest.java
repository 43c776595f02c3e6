package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kernel in a process of its own, over its sockets. */
@Timeout(180)
class KernelProcessTest {
    private static final String KEY = "4c1f0e2a-only-the-two-ends-know-this";

    @TempDir private Path folder;

    @Test
    void theKeyIsInNoLog() throws Exception {
        Path trace = folder.resolve("trace.log");
        List<String> everything =
                List.of(
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=trace",
                        "-Dorg.slf4j.simpleLogger.log.IOPubChannel=trace",
                        "-Dorg.slf4j.simpleLogger.logFile=" + trace);
        try (var kernel = new KernelProcess(folder, KEY, everything)) {
            useAndShutDown(kernel);
            assertThat(trace)
                    .content()
                    .as("is as talkative as can be")
                    .contains("Received from", "Sending to", "IOPubChannel", "execute_request")
                    .doesNotContain(KEY);
            assertThat(kernel.log()).doesNotContain(KEY);
        }
    }

    @Test
    void aKernelThatLogsAllToItsErrorsStillAnswers() throws Exception {
        List<String> trace = List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=trace");
        try (var kernel = new KernelProcess(folder, KEY, trace)) {
            useAndShutDown(kernel);
            assertThat(kernel.log()).contains("TRACE ShellChannel").doesNotContain(KEY);
        }
    }

    private static void useAndShutDown(KernelProcess kernel) throws Exception {
        assertThat(kernel.info().path("implementation").asText()).isEqualTo("bdia-java");
        assertThat(kernel.execute("1 + 1").path("status").asText()).isEqualTo("ok");
        assertThat(kernel.execute("throw new Error();").path("status").asText()).isEqualTo("error");
        kernel.forge("2 + 2");
        assertThat(kernel.shutdown()).isZero();
    }

    @Test
    void aForgedMessageIsDroppedAndTheKernelGoesOn() throws Exception {
        try (var kernel = new KernelProcess(folder, KEY, List.of())) {
            assertThat(kernel.execute("int made = 1;").path("status").asText()).isEqualTo("ok");
            kernel.forge("made = 2;");
            var reply = kernel.execute("if (made != 1) throw new Error(\"ran it\");");
            assertThat(reply.path("status").asText()).as(reply.toString()).isEqualTo("ok");
            assertThat(kernel.shutdown()).isZero();
            assertThat(kernel.log()).contains("dropped a message", "invalid signature");
        }
    }

    @Test
    void aForgedMessageThatWaitsForTheKernelIsDroppedToo() throws Exception {
        try (var kernel = new KernelProcess(folder, KEY, List.of())) {
            kernel.forge("int made = 1;");
            var reply = kernel.execute("int first = 1;");
            assertThat(reply.path("status").asText()).as(reply.toString()).isEqualTo("ok");
            assertThat(kernel.log()).contains("dropped a message", "invalid signature");
        }
    }
}
