package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bdia.kernel.KernelProcess.Published;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kernel in a process of its own, over its sockets. */
@Timeout(180)
class KernelProcessTest {
    private static final String KEY = "4c1f0e2a-only-the-two-ends-know-this";

    /** For tests that leave nothing behind in the kernel, and do not depend on what others left. */
    private static KernelProcess shared;

    @TempDir private Path folder;

    @BeforeAll
    static void startShared(@TempDir Path home) throws Exception {
        shared = new KernelProcess(home, KEY, List.of());
    }

    @AfterAll
    static void endShared() {
        shared.close();
    }

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

    @Test
    void manyPrintedLinesArriveInAFewMessages() throws Exception {
        var code =
                "for (int i = 0; i < 30_000; i++) System.out.println(\"step \" + i);"
                        + " for (int i = 0; i < 3_000; i++) {"
                        + " System.out.println(\"out \" + i); System.err.println(\"err \" + i); }";
        shared.listen();
        assertThat(shared.execute(code).path("status").asText()).isEqualTo("ok");
        var streams = streams(shared.published());
        assertThat(printed("stdout", streams))
                .isEqualTo(lines("step ", 30_000) + lines("out ", 3_000));
        assertThat(printed("stderr", streams)).isEqualTo(lines("err ", 3_000));
        assertThat(streams).hasSizeLessThan(200);
    }

    @Test
    void textKeepsItsPlaceAmongWhatACellShows() throws Exception {
        var code =
                "System.out.println(\"one\"); System.err.println(\"two\"); display(3);"
                        + " System.out.write('4'); 5";
        shared.listen();
        shared.execute(code);
        assertThat(shared.published())
                .extracting(Published::type)
                .containsExactly(
                        "execute_input",
                        "stream",
                        "stream",
                        "display_data",
                        "stream",
                        "execute_result");
    }

    @Test
    void aSilentCellPublishesNothingAndIsNotCounted() throws Exception {
        try (var kernel = new KernelProcess(folder, KEY, List.of())) {
            kernel.listen();
            kernel.execute("System.out.println(1); display(2); int kept = 3; kept", true, true);
            assertThat(kernel.published()).isEmpty();
            var failed = kernel.execute("throw new Error(\"told\");", true, false);
            assertThat(failed.path("evalue").asText()).contains("told");
            assertThat(kernel.published()).isEmpty();
            kernel.execute("kept", false, false);
            assertThat(kernel.published())
                    .extracting(Published::type)
                    .as("not stored, but shown")
                    .containsExactly("execute_input", "execute_result");
            assertThat(kernel.execute("kept").path("execution_count").asInt()).isEqualTo(1);
            assertThat(kernel.execute("kept").path("execution_count").asInt()).isEqualTo(2);
        }
    }

    @Test
    void arraysAreShownAsJavaWritesThem() throws Exception {
        shared.listen();
        shared.execute("new int[] {1, 2}");
        assertThat(shared.published().get(1).content().at("/data/text~1plain").asText())
                .isEqualTo("int[]{1, 2}");
    }

    @Test
    void aFailedCellAbortsThoseThatWait() throws Exception {
        try (var kernel = new KernelProcess(folder, KEY, List.of())) {
            kernel.listen();
            var replies =
                    kernel.executeAll(
                            "int ran = 1;",
                            "Thread.sleep(300); throw new Error();",
                            "ran = 2;",
                            "ran = 3;");
            assertThat(replies)
                    .extracting(reply -> reply.path("status").asText())
                    .containsExactly("ok", "error", "aborted", "aborted");
            assertThat(kernel.published()).as("nothing but statuses").isEmpty();
            var reply = kernel.execute("1", Map.of("ran", "ran", "bad", "ran / 0", "none", "{}"));
            assertThat(reply.path("execution_count").asInt()).isEqualTo(3);
            var answers = reply.path("user_expressions");
            assertThat(answers.path("ran").path("status").asText()).isEqualTo("ok");
            assertThat(answers.path("ran").path("data").path("text/plain").asText()).isEqualTo("1");
            assertThat(answers.path("ran").path("metadata").isObject()).isTrue();
            assertThat(answers.path("none").path("data").isObject()).isTrue();
            assertThat(answers.path("bad").path("status").asText()).isEqualTo("error");
            assertThat(answers.path("bad").path("evalue").asText()).contains("/ by zero");
            assertThat(answers.path("bad").path("ename").isTextual()).isTrue();
            assertThat(answers.path("bad").path("traceback").isArray()).isTrue();
        }
    }

    /** The next request may arrive before the kernel has looked for others that wait. */
    @Test
    void whoWaitsForTheReplyIsNotAborted() throws Exception {
        for (int i = 0; i < 15; i++) {
            assertThat(shared.execute("throw new Error();").path("status").asText())
                    .isEqualTo("error");
            assertThat(shared.execute("1").path("status").asText()).isEqualTo("ok");
        }
    }

    @Test
    void aRequestForHistoryIsAnswered() throws Exception {
        shared.execute("1 + 1");
        assertThat(shared.history().path("history").isArray()).isTrue();
    }

    @Test
    void aCellReadsAndWritesUtf8InAnyLocale() throws Exception {
        var file = folder.resolve("\u00fc.txt");
        var code =
                String.format(
                        "Files.writeString(Path.of(\"%s\"), \"\u65e5\"); System.out.print(\"gr\u00fc\u00df\");",
                        file);
        try (var kernel = new KernelProcess(folder, KEY, List.of())) {
            kernel.listen();
            kernel.execute(code);
            assertThat(printed("stdout", streams(kernel.published()))).isEqualTo("gr\u00fc\u00df");
            assertThat(file).hasContent("\u65e5");
        }
    }

    private static List<Published> streams(List<Published> published) {
        return published.stream().filter(p -> p.type().equals("stream")).toList();
    }

    private static String printed(String stream, List<Published> streams) {
        return streams.stream()
                .filter(p -> p.text("name").equals(stream))
                .map(p -> p.text("text"))
                .collect(Collectors.joining());
    }

    private static String lines(String start, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> start + i + "\n")
                .collect(Collectors.joining());
    }
}
