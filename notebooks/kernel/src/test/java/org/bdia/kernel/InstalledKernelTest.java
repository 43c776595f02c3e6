package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bdia.cli.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InstalledKernelTest {
    @TempDir private Path jupyter;

    @Test
    void withoutAJavaKernelTheWayToOneIsTold() throws IOException {
        install("python3", "ipykernel_launcher", "");
        assertThat(only(Map.of()).ok()).isFalse();
        assertThat(only(Map.of()).line())
                .contains("no Java kernel in [" + jupyter + "]", "ci/bdia kernel install");
    }

    @ParameterizedTest
    @CsvSource({
        "/opt/ijava-1.3.0.jar, IJAVA_CLASSPATH",
        "/opt/jjava-launcher.jar, JJAVA_CLASSPATH"
    })
    void aKernelNeedsTheVariableInItsSpecOrInTheEnvironment(String jar, String variable)
            throws IOException {
        Path spec = install("java", jar, "");
        assertThat(only(Map.of()).line())
                .startsWith("MISSING")
                .contains(
                        spec + " does not find the toolkit: " + variable + " is not set",
                        "KERNELS.md");
        assertThat(only(Map.of(variable, "toolkit.jar")).ok()).isTrue();
        install("java", jar, "\"" + variable + "\": \"toolkit.jar\"");
        assertThat(only(Map.of()).found()).isEqualTo(spec + " with " + variable);
        assertThat(only(Map.of()).ok()).isTrue();
    }

    @Test
    void aKernelOfOursNeedsWhatItStartsFrom() throws IOException {
        Path jar = Files.createFile(jupyter.resolve("a \"b\\c.jar"));
        Path spec =
                new KernelSpec(KernelSpec.current().java(), List.of(jar, jupyter))
                        .install(jupyter)
                        .folder()
                        .resolve("kernel.json");
        assertThat(only(Map.of()).line()).startsWith("ok").endsWith("the toolkit's own");
        Files.delete(jar);
        assertThat(only(Map.of()).line())
                .startsWith("MISSING  kernel   " + spec + " needs a missing file: " + jar)
                .contains("fix: build again");
        Files.createFile(jar);
        Path java = jupyter.resolve("java17");
        new KernelSpec(java, List.of(jar)).install(jupyter);
        assertThat(only(Map.of()).found()).endsWith("needs a missing file: " + java);
        Path arguments = spec.resolveSibling("class-path.args");
        Files.delete(arguments);
        assertThat(only(Map.of()).found()).endsWith("needs a missing file: " + arguments);
    }

    /** As IJava's in the environment of a venv or conda, which Jupyter looks into first. */
    @Test
    void aKernelOfOursThatAnotherHidesIsTold(@TempDir Path environment) throws IOException {
        Path other = environment.resolve("kernels/java/kernel.json");
        Files.createDirectories(other.getParent());
        Files.move(install("java", "/opt/ijava.jar", ""), other);
        Path ours = KernelSpec.current().install(jupyter).folder().resolve("kernel.json");
        List<Finding> findings =
                InstalledKernel.findings(
                        List.of(environment, jupyter), Map.of("IJAVA_CLASSPATH", "x"));
        assertThat(findings.get(1).line())
                .startsWith("MISSING")
                .contains(ours + " is hidden: as this kernel Jupyter starts " + other)
                .contains("kernel install --into " + environment);
        assertThat(InstalledKernel.findings(List.of(jupyter, environment), Map.of()).get(0).ok())
                .isTrue();
    }

    @Test
    void aKernelWrittenByHandIsReadToo() throws IOException {
        var java = KernelSpec.current().java();
        Path spec = install("mine", "", "");
        for (String command : List.of("java", java.toString())) {
            Files.writeString(
                    spec,
                    "{\"argv\": [\""
                            + command
                            + "\", \"-cp\", \""
                            + jupyter
                            + "/*\", \"org.bdia.kernel.JavaKernel\", \"{connection_file}\"]}");
            assertThat(KernelSpec.read(spec).classPath()).containsExactly(jupyter.resolve("*"));
            assertThat(KernelSpec.read(spec).java()).isAbsolute();
        }
        assertThat(only(Map.of()).ok()).isTrue();
        Files.writeString(spec, "{\"argv\": [\"org.bdia.kernel.JavaKernel\"]}");
        assertThat(findings().get(1).found()).contains("expected a launcher with -cp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"argv\": [", "", "[]", "\u0000"})
    void aDamagedSpecHidesNoOther(String damaged) throws IOException {
        Path spec = install("a-damaged", "", "");
        Files.writeString(spec, damaged);
        install("java", "/opt/ijava.jar", "\"IJAVA_CLASSPATH\": \"toolkit.jar\"");
        assertThat(findings()).hasSize(2);
        assertThat(findings().get(0).ok()).isTrue();
        assertThat(findings().get(1).line())
                .startsWith("MISSING")
                .contains(spec + " cannot be read: ", "fix: correct it");
    }

    private List<Finding> findings() {
        return InstalledKernel.findings(List.of(jupyter), Map.of());
    }

    private Finding only(Map<String, String> environment) {
        List<Finding> findings = InstalledKernel.findings(List.of(jupyter), environment);
        assertThat(findings).hasSize(1);
        return findings.get(0);
    }

    private Path install(String name, String jar, String env) throws IOException {
        Path folder = Files.createDirectories(jupyter.resolve("kernels").resolve(name));
        return Files.writeString(
                folder.resolve("kernel.json"),
                "{\"argv\": [\"java\", \"-jar\", \"" + jar + "\"], \"env\": {" + env + "}}");
    }
}
