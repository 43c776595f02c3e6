package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProfileTest {
    @ParameterizedTest
    @EnumSource(Profile.class)
    void labelNamesItsProfile(Profile profile) {
        assertThat(Profile.of(profile.label())).isEqualTo(profile);
        assertThat(Profile.from(Map.of("BDIA_PROFILE", " " + profile.label() + " ")))
                .isEqualTo(profile);
    }

    @Test
    void smokeWhereTheEnvironmentIsSilent() {
        assertThat(Profile.from(Map.of())).isEqualTo(Profile.SMOKE);
        assertThat(Profile.from(Map.of("BDIA_PROFILE", ""))).isEqualTo(Profile.SMOKE);
    }

    @Test
    void unknownProfileNamesTheVariableAndTheChoices() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Profile.from(Map.of("BDIA_PROFILE", "Laptop")))
                .withMessageContaining("BDIA_PROFILE")
                .withMessageContaining("'Laptop'")
                .withMessageContaining("smoke, laptop, paper");
    }
}
