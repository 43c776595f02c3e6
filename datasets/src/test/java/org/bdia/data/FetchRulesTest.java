package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchRulesTest {

    /** Where a redirect leads is asked as where a download begins is. */
    @ParameterizedTest
    @ValueSource(
            strings = {"https://data.invalid/a.bin", "https://other.invalid:8443/a.bin?signed=1"})
    void httpsMayLeadToAnyHost(String address) {
        URI uri = URI.create(address);
        assertThat(FetchRules.STRICT.require(uri, "https://first.invalid/ redirects"))
                .isEqualTo(uri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://data.invalid/a.bin",
                "http://127.0.0.1/a.bin",
                "http://127.0.0.1:8080/a.bin",
                "https://user:secret@data.invalid/a.bin",
                "https:///a.bin",
                "file:///a.bin",
                "a.bin"
            })
    void nothingElsePasses(String address) {
        assertThatThrownBy(() -> FetchRules.STRICT.require(URI.create(address), "a.bin"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith(
                        "a.bin: expected an https address without a user's name, found ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost/a.bin", "http://127.0.0.2/a.bin"})
    void theTestsRulesAddThisVeryMachineAlone(String address) {
        URI here = URI.create("http://127.0.0.1:8080/a.bin");
        assertThat(FetchRulesForTests.PATIENT.require(here, "a.bin")).isEqualTo(here);
        assertThatThrownBy(() -> FetchRulesForTests.PATIENT.require(URI.create(address), "a.bin"))
                .isInstanceOf(DataException.class);
    }
}
