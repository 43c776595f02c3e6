package org.bdia.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernel of products follows the processor, and the variable before that. */
class ProductsTest {

    @ParameterizedTest
    @CsvSource({
        "AuthenticAMD, 26, avx512f, 256",
        "AuthenticAMD, 26, f16c, 9223372036854775807",
        "AuthenticAMD, 25, avx512f, 9223372036854775807",
        "GenuineIntel, 6, avx512f, 9223372036854775807",
    })
    void innerProductsAreForFullWidthUnitsOfAmd(
            String vendor, int family, String vectors, long fewest) {
        String processor =
                String.join(
                        "\n",
                        "processor\t: 0",
                        "vendor_id\t: " + vendor,
                        "cpu family\t: " + family,
                        "model\t\t: 17",
                        "flags\t\t: fpu avx2 " + vectors + " sha_ni");
        assertThat(Products.fewestTokens("", processor)).isEqualTo(fewest);
        assertThat(Products.fewestTokens("inner", processor)).isEqualTo(1);
        assertThat(Products.fewestTokens("Linear", processor)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aProcessorThatIsNotDescribedMultipliesByLinear() {
        assertThat(Products.fewestTokens("", "")).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void anotherNameIsRefused() {
        assertThatThrownBy(() -> Products.fewestTokens("mkl", ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("BDIA_PRODUCTS must be linear or inner, but is 'mkl'");
    }

    @Test
    void aManifestNamesThemWhereTheyAreNotTheUsualOnes() {
        try {
            System.setProperty("bdia.products", "inner");
            assertThat(Products.words()).isEqualTo(", inner products");
            System.setProperty("bdia.products", "linear");
            assertThat(Products.words()).isEmpty();
        } finally {
            System.clearProperty("bdia.products");
        }
    }
}
