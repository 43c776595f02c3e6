package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bdia.cli.Finding;
import org.bdia.cli.Main;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCommandTest {

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();

    @Test
    void theInstalledKernelIsFoundByTheDoctor() {
        assertThat(run("kernel", "install", "--into", folder.toString())).isZero();
        assertThat(out.toString()).contains("Jupyter kernel \"java\" is in");
        var findings = InstalledKernel.findings(List.of(folder), Map.of());
        assertThat(findings).singleElement().matches(Finding::ok);
        assertThat(findings.get(0).found()).contains("the toolkit's own");
        run("doctor");
        assertThat(out.toString()).contains("kernel");
    }

    private int run(String... arguments) {
        return Main.commandLine().setOut(new PrintWriter(out)).execute(arguments);
    }
}
