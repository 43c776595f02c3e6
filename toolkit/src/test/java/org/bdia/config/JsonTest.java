package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    record Config(
            int depth,
            double rate,
            String task,
            Method method,
            Backprop backprop,
            List<Integer> sizes) {}

    private static final Config CONFIG =
            new Config(6, 1e-4, "cifar10", Method.bdia(0.5), Backprop.REVERSIBLE, List.of(3, 1));
    private static final String TEXT = Json.canonical(CONFIG);

    static Stream<Method> methods() {
        return Stream.concat(
                Methods.all().stream(),
                Stream.of(
                        Method.quantised().withLevel(7),
                        Method.bdia(0.25).withLevel(8),
                        Method.bdiaFloat(0.3),
                        Method.midpoint().withLevel(7)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyMethodComesBackAndCarriesItsLabel(Method method) {
        var text = Json.canonical(method);
        assertThat(text).contains("\"name\":\"" + method.label() + "\"");
        assertThat(Json.parse(text, Method.class, "text")).isEqualTo(method);
    }

    @Test
    void canonicalTextIsSortedAndWithoutSpaces() {
        assertThat(TEXT)
                .isEqualTo(
                        "{\"backprop\":\"REVERSIBLE\",\"depth\":6,"
                                + "\"method\":{\"gamma\":0.5,\"level\":9,\"name\":\"bdia\",\"per\":\"SAMPLE\"},"
                                + "\"rate\":1.0E-4,\"sizes\":[3,1],\"task\":\"cifar10\"}");
    }

    @Test
    void aRecordAndItsTreeHaveTheSameCanonicalText(@TempDir Path folder) throws IOException {
        var file = Files.writeString(folder.resolve("config.json"), Json.pretty(CONFIG));
        assertThat(Json.canonical(Json.tree(file))).isEqualTo(TEXT);
        assertThat(Json.read(file, Config.class)).isEqualTo(CONFIG);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"depth\":6 | \"depth\":6,\"dpth\":6 | key 'dpth' is unknown; expected one of [backprop",
                "\"level\":9 | \"level\":9,\"lvl\":9 | key 'method.lvl' is unknown; expected one of [gamma",
                "\"depth\":6, | `` | key 'depth' is missing; found the keys [backprop",
                "\"depth\":6 | \"depth\":\"6\" | key 'depth' must be int, but is \"6\"",
                "\"depth\":6 | \"depth\":6.5 | key 'depth' must be int, but is 6.5",
                "\"depth\":6 | \"depth\":null | key 'depth' must be int, but is null",
                "\"depth\":6 | \"depth\":true | key 'depth' must be int, but is true",
                "\"depth\":6 | \"depth\":1e99 | key 'depth' must be int, but is 1.0E99",
                "\"depth\":6 | \"depth\":6,\"depth\":7 | Duplicate field 'depth'",
                "\"rate\":1.0E-4 | \"rate\":\"\" | key 'rate' must be double, but is \"\"",
                "\"cifar10\" | 10 | key 'task' must be String, but is 10",
                "\"cifar10\" | null | key 'task' must be String, but is null",
                "\"REVERSIBLE\" | \"REVERSE\" | [STORE, CHECKPOINT, REVERSIBLE], but is \"REVERSE\"",
                "\"REVERSIBLE\" | 2 | key 'backprop' must be one of [STORE, CHECKPOINT, REVERSIBLE], but is 2",
                "[3,1] | [3,\"1\"] | key 'sizes.1' must be Integer, but is \"1\"",
                "[3,1] | 3 | key 'sizes' must be a list, but is 3",
                "\"bdia\" | \"bida\" | key 'method.name' is \"bida\"; expected one of [bdia,",
                ",\"name\":\"bdia\" | `` | key 'method.name' is missing; expected one of [bdia,",
                "\"level\":9 | \"level\":99 | key 'method': level must be 1 to 16",
                "\"cifar10\"} | \"cifar10\"} x | Unrecognized token 'x'",
                "\"cifar10\"} | \"cifar10\" | at line 1, column",
            })
    void whatIsWrongIsNamed(String right, String wrong, String message) {
        assertThat(TEXT).contains(right);
        var text = TEXT.replace(right, wrong);
        assertThatThrownBy(() -> Json.parse(text, Config.class, "config.json"))
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith("config.json")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"'',nothing", "[],array", "3,number"})
    void aFileHoldsOneObject(String text, String found) {
        assertThatThrownBy(() -> Json.parse(text, Config.class, "config.json"))
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith(
                        "config.json: expected one JSON object, found " + found + ";");
    }

    @Test
    void numbersThatJsonLacksAreRefused() {
        var config = new Config(6, Double.NaN, "", Method.standard(), Backprop.STORE, List.of());
        assertThatThrownBy(() -> Json.canonical(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("key 'rate'", "NaN");
    }

    /** Java 17's own are 1.9999999999999998E23 and 3.1607015940265421E17. */
    @ParameterizedTest
    @ValueSource(strings = {"2.0E23", "3.160701594026542E17", "1.0E-8", "0.002", "100.0"})
    void numbersAreTheShortestWhateverTheJavaVersion(String number) {
        assertThat(Json.canonical(Map.of("a", Double.parseDouble(number))))
                .isEqualTo("{\"a\":" + number + "}");
        assertThat(Json.pretty(Map.of("a", Double.parseDouble(number))))
                .isEqualTo("{\n  \"a\" : " + number + "\n}\n");
    }

    @Test
    void aFileThatCannotBeReadIsNamed(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> Json.tree(folder.resolve("none.json")))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("none.json");
        var binary = Files.write(folder.resolve("binary.json"), new byte[] {(byte) 0xFF, 0});
        assertThatThrownBy(() -> Json.tree(binary)).hasMessageContaining("binary.json");
    }
}
