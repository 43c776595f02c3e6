package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserHomeTest {
    private static final Path NAMED = Path.of("named").toAbsolutePath();
    private static final Path KNOWN = Path.of("known").toAbsolutePath();

    @Test
    void whatTheEnvironmentNamesComesFirst() {
        var environment = Map.of("HOME", NAMED.toString());
        assertThat(UserHome.of(environment, KNOWN.toString())).isEqualTo(NAMED);
        assertThat(UserHome.of(environment, "?")).isEqualTo(NAMED);
    }

    @Test
    void otherwiseItIsTheOneThatTheSystemKnows() {
        assertThat(UserHome.of(Map.of(), KNOWN.toString())).isEqualTo(KNOWN);
        assertThat(UserHome.of(Map.of("HOME", ""), KNOWN.toString())).isEqualTo(KNOWN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", ""})
    void noFolderIsMadeUp(String known) {
        assertThatThrownBy(() -> UserHome.of(Map.of(), known))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("set HOME");
    }
}
