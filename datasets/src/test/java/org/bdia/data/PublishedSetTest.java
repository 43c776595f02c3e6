package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PublishedSetTest {

    @Test
    void everyPublishedSumIsOne() {
        assertThat(PublishedSet.all())
                .flatExtracting(PublishedSet::files)
                .extracting(PublishedFile::checksum)
                .filteredOn(Optional::isPresent)
                .isNotEmpty()
                .extracting(sum -> sum.get().toString())
                .allMatch(sum -> sum.matches("MD5 [0-9a-f]{32}|SHA-256 [0-9a-f]{64}"));
    }
}
