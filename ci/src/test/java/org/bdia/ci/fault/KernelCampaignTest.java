package org.bdia.ci.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bdia.config.Precision;
import org.bdia.io.ChildJvm;
import org.bdia.nn.Attention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick part of the campaign, in a process for each number of threads. */
class KernelCampaignTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void fusedKernelsAreRightAtEveryKindOfShape(int threads)
            throws IOException, InterruptedException {
        Path output = folder.resolve("output");
        ProcessBuilder builder =
                ChildJvm.of(
                        List.of("-Xmx1g"),
                        "org.bdia.cli.Main",
                        List.of("faults", "--kernels", "quick"));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        Process process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            assertThat(process.waitFor()).as(Files.readString(output)).isZero();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(output))
                .contains("on " + threads + " threads")
                .contains("0 of 2 findings are not as expected");
    }

    @Test
    void everyWidthMlpNumberOfTokensAndAttentionIsTried() {
        List<Precision> both = List.of(Precision.FLOAT32, Precision.BFLOAT16_BRANCH);
        List<KernelCase> all = KernelCase.all(both);
        List<KernelCase> quick = KernelCase.quick(both);

        assertThat(all).doesNotHaveDuplicates().hasSize((8 * 4 - 1) * 8 * 4 * 2);
        assertThat(all).containsAll(quick);
        assertThat(quick).hasSizeGreaterThan(50);
        assertThat(quick).extracting(KernelCase::width).contains(33, 64, 80, 100, 128, 320, 512);
        assertThat(quick).extracting(KernelCase::pattern).contains(Attention.Pattern.values());
        assertThat(quick).extracting(KernelCase::precision).containsAll(both);
        assertThat(quick).extracting(KernelCase::masked).contains(true, false);
        assertThat(quick).extracting(KernelCase::mlp).contains(2048);
    }
}
