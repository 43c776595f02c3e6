package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "-3, -3",
        "123456, '123,456'",
        "0.421349, 0.4213",
        "0.5, 0.5",
        "99.9999, 100",
        "1234.5678, 1235",
        "23456.7, '23,457'",
        "0.000123456, 0.0001235",
        "1.9082e-7, 1.908e-07",
        "3.5e12, 3.500e+12",
        "NaN, NaN",
        "-Infinity, -Infinity"
    })
    void fourSignificantDigits(double value, String text) {
        assertThat(Numbers.text(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0.421349, 0.005123, 0.4213 ± 0.0051",
        "43.97, 0.49, 43.97 ± 0.49",
        "12345.6, 123.4, '12,346 ± 123'",
        "0.5, 0.0999, 0.500 ± 0.100",
        "0.5, 0, 0.5 ± 0",
        "0.5, Infinity, 0.5 ± Infinity",
        "1e-9, 1e-10, 1.000e-09 ± 1.000e-10"
    })
    void aMeanHasTheDigitsThatItsDeviationLeaves(double mean, double std, String text) {
        assertThat(Numbers.spread(mean, std)).isEqualTo(text);
    }
}
