package org.bdia.ci.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowthTest {

    private static final ResourceUsage FIRST =
            new ResourceUsage(3, 20, List.of("a", "b", "b"), 100_000, 10_000);

    @TempDir private Path folder;

    @Test
    void whatStaysTheSameHolds() {
        assertThat(judge(FIRST).outcome()).isEqualTo(FaultResult.Outcome.HOLDS);
        assertThat(judge(new ResourceUsage(2, 19, List.of("b"), 90_000, 9_000)).outcome())
                .isEqualTo(FaultResult.Outcome.HOLDS);
    }

    @Test
    void oneMoreOfAnythingFails() {
        for (ResourceUsage last :
                List.of(
                        new ResourceUsage(4, 20, FIRST.files(), 100_000, 10_000),
                        new ResourceUsage(3, 21, FIRST.files(), 100_000, 10_000),
                        new ResourceUsage(3, 20, List.of("a", "b", "b", "b"), 100_000, 10_000))) {
            assertThat(judge(last).outcome()).as("%s", last).isEqualTo(FaultResult.Outcome.FAILS);
        }
    }

    @Test
    void filesThatWereGainedAreNamed() {
        ResourceUsage last =
                new ResourceUsage(3, 20, List.of("b", "c", "b", "b", "a"), 100_000, 10_000);

        assertThat(last.filesGainedSince(FIRST)).containsExactly("c", "b");
        assertThat(judge(last).found()).endsWith("newly open: c, b");
    }

    @Test
    void classesAndCodeAreBoundedApartFromTheResidentSet() {
        long allowed = 5000;
        ResourceUsage most =
                new ResourceUsage(3, 20, FIRST.files(), 116_384 + allowed, 10_000 + allowed);
        assertThat(judge(most).outcome()).isEqualTo(FaultResult.Outcome.HOLDS);

        ResourceUsage moreCode = new ResourceUsage(3, 20, FIRST.files(), 110_000, 10_001 + allowed);
        assertThat(judge(moreCode).outcome()).isEqualTo(FaultResult.Outcome.FAILS);
        ResourceUsage moreBeside =
                new ResourceUsage(3, 20, FIRST.files(), 116_385 + allowed, 10_000 + allowed);
        assertThat(judge(moreBeside).outcome()).isEqualTo(FaultResult.Outcome.FAILS);
    }

    @Test
    void nothingCountedIsNoSuccess() {
        ResourceUsage empty = new ResourceUsage(0, 20, FIRST.files(), 100_000, 10_000);
        assertThat(new Growth("work", 1, empty, empty, 0).result())
                .matches(f -> f.outcome() == FaultResult.Outcome.FAILS)
                .extracting(FaultResult::found)
                .asString()
                .contains("NO ARRAYS WERE COUNTED");
        assertThatThrownBy(() -> new Growth("work", 0, FIRST, FIRST, 0).result())
                .hasMessage("work: needs at least one between two samples, has 0");
    }

    @Test
    void anArrayAndAFileLeftOpenAreSeen() throws IOException {
        assumeThat(Path.of("/proc/self/fd")).exists();
        Path file = Files.createFile(folder.resolve("left-open")).toRealPath();
        try (NDManager session = NDManager.newBaseManager()) {
            session.ones(new Shape(2));
            ResourceUsage before = ResourceUsage.of(session);
            session.newSubManager().ones(new Shape(2));
            try (InputStream open = Files.newInputStream(file)) {
                ResourceUsage after = ResourceUsage.of(session);

                assertThat(open.read()).isEqualTo(-1);
                assertThat(after.arrays()).isEqualTo(before.arrays() + 1).isEqualTo(2);
                assertThat(after.filesGainedSince(before)).contains(file.toString());
            }
        }
    }

    private static FaultResult judge(ResourceUsage last) {
        return new Growth("work", 100, FIRST, last, 5000).result();
    }
}
