package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelSpecTest {
    @TempDir Path temp;

    @Test
    void theSpecStartsTheKernelWithAbsolutePaths() throws IOException {
        var folder =
                new KernelSpec(Path.of("bin/java"), List.of(Path.of("a b.jar")))
                        .install(temp)
                        .folder();
        var json = new ObjectMapper().readTree(folder.resolve("kernel.json").toFile());
        assertThat(folder).isEqualTo(temp.resolve("kernels/java"));
        assertThat(json.get("argv").get(0).asText())
                .isEqualTo(Path.of("bin/java").toAbsolutePath().toString());
        assertThat(json.get("argv"))
                .map(node -> node.asText())
                .endsWith(
                        "@" + folder.resolve("class-path.args"),
                        JavaKernel.class.getName(),
                        "{connection_file}");
        assertThat(json.path("env").path("LC_ALL").asText()).isEqualTo("C.UTF-8");
        assertThat(json.get("interrupt_mode").asText()).isEqualTo("message");
        assertThat(folder.resolve("class-path.args"))
                .content()
                .contains(Path.of("a b.jar").toAbsolutePath().toString());
    }

    @Test
    void installingAgainReplacesAndLeavesNothingElse() throws IOException {
        new KernelSpec(Path.of("old"), List.of()).install(temp);
        var installed = new KernelSpec(Path.of("new"), List.of()).install(temp);
        var folder = installed.folder();
        assertThat(installed.kept()).isEmpty();
        assertThat(folder.resolve("kernel.json")).content().contains("new").doesNotContain("old\"");
        try (var files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("kernel.json", "class-path.args");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"argv\": [\"java\", \"-jar\", \"ijava.jar\"], \"env\": {\"IJAVA_CLASSPATH\": \"/srv/mine\"}}",
                "no JSON"
            })
    void anotherKernelsFileIsKeptAndNamed(String theirs) throws IOException {
        var folder = Files.createDirectories(temp.resolve("kernels/java"));
        Files.writeString(folder.resolve("kernel.json"), theirs);
        var installed = new KernelSpec(Path.of("java"), List.of()).install(temp);
        assertThat(installed.kept()).get().isEqualTo(folder.resolve("kernel.json.kept-1"));
        assertThat(installed.kept().orElseThrow()).hasContent(theirs);
        assertThat(installed).asString().contains("kernel.json.kept-1");
        assertThat(folder.resolve("kernel.json")).content().contains("JavaKernel");
    }

    @Test
    void aUsersSettingsInOurFileAreKeptBesideEarlierCopies() throws IOException {
        var spec = new KernelSpec(Path.of("java"), List.of());
        var file = spec.install(temp).folder().resolve("kernel.json");
        for (var copy : List.of("kernel.json.kept-1", "kernel.json.kept-2")) {
            var theirs = Files.readString(file).replace("C.UTF-8", "de_DE.UTF-8");
            Files.writeString(file, theirs);
            assertThat(spec.install(temp).kept()).get().isEqualTo(file.resolveSibling(copy));
            assertThat(file.resolveSibling(copy)).hasContent(theirs);
        }
    }

    @Test
    void javaReadsAClassPathWithBlanksQuotesAndBackslashes() throws Exception {
        var odd = temp.resolve("a \"quoted\\ folder");
        var arguments = temp.resolve("arguments");
        Files.writeString(
                arguments, new KernelSpec(Path.of("java"), List.of(odd, temp)).arguments());
        var java = KernelSpec.current().java().toString();
        var output = temp.resolve("output");
        var process =
                new ProcessBuilder(java, "@" + arguments, "-XshowSettings:properties", "-version")
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(output).content().contains("java.class.path = " + odd, temp.toString());
    }

    @Test
    void theCurrentClassPathHoldsTheToolkit() {
        var spec = KernelSpec.current();
        assertThat(spec.java()).isExecutable();
        assertThat(spec.classPath()).isNotEmpty().allMatch(Path::isAbsolute);
        assertThat(spec.arguments()).contains(File.pathSeparator);
    }
}
