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

/** The quick part of the campaign, in a process for each number of threads. */
class KernelCampaignTest {

    @TempDir private Path folder;

    @Test
    void fusedKernelsAreRightAtEveryKindOfShape() throws IOException, InterruptedException {
        Process one = start(1);
        Process two = start(2);
        try {
            assertThatAllIsAsExpected(1, one);
            assertThatAllIsAsExpected(2, two);
        } finally {
            one.destroyForcibly();
            two.destroyForcibly();
        }
    }

    private Path output(int threads) {
        return folder.resolve("output-" + threads);
    }

    private Process start(int threads) throws IOException {
        ProcessBuilder builder =
                ChildJvm.of(
                        List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"),
                        "org.bdia.cli.Main",
                        List.of("faults", "--kernels", "quick"));
        builder.environment().put("OMP_NUM_THREADS", Integer.toString(threads));
        return builder.redirectErrorStream(true).redirectOutput(output(threads).toFile()).start();
    }

    private void assertThatAllIsAsExpected(int threads, Process process)
            throws IOException, InterruptedException {
        int status = process.waitFor();
        String text = Files.readString(output(threads));
        assertThat(status).as(text).isZero();
        assertThat(text)
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
