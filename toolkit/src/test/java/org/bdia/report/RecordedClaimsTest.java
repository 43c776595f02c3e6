package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Today's guards hold of what is recorded, today's claims of the paper have a verdict, and no record tells of claims that nobody makes any more. */
class RecordedClaimsTest {

    private static final Path RESULTS = Path.of("..", "notebooks", "results");
    private static final Path CLAIMS = Path.of("..", "ci", "claims");

    @Test
    void everyRecordHoldsItsClaims() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(RESULTS)) {
            files = all.filter(file -> file.endsWith(ResultsFile.NAME)).toList();
        }
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            ResultsFile recorded = ResultsFile.read(file);
            Path claims = CLAIMS.resolve(recorded.notebook() + ".json");
            List<ResultsFile.Claim> checked =
                    Claims.read(claims, recorded.profile()).check(recorded.results());
            assertThat(checked).as("%s", file).isNotEmpty().noneMatch(ResultsFile.Claim::fails);
            assertThat(recorded.claims())
                    .as("%s; ci/record.py --claims renews them", file)
                    .isEqualTo(checked);
        }
    }
}
