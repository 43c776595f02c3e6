package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bdia.cli.Doctor.Finding;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InstalledKernelTest {
    @TempDir private Path jupyter;

    @Test
    void withoutAJavaKernelTheWayToOneIsTold() throws IOException {
        install("python3", "ipykernel_launcher", "");
        assertThat(only(Map.of()).well()).isFalse();
        assertThat(Doctor.line(only(Map.of())))
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
        assertThat(Doctor.line(only(Map.of())))
                .startsWith("MISSING")
                .contains(spec + " finds no toolkit: " + variable + " is not set", "KERNELS.md");
        assertThat(only(Map.of(variable, "toolkit.jar")).well()).isTrue();
        install("java", jar, "\"" + variable + "\": \"toolkit.jar\"");
        assertThat(only(Map.of()).found()).isEqualTo(spec + " with " + variable);
        assertThat(only(Map.of()).well()).isTrue();
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
