package org.bdia.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
    private record Value(int count, double ratio, String name) {}

    @Test
    void aRecordIsReadBack() throws JsonProcessingException {
        var value = new Value(3, 0.1, "a");
        var text = StrictJson.MAPPER.writeValueAsString(value);
        assertThat(text).isEqualTo("{\"count\":3,\"ratio\":0.1,\"name\":\"a\"}");
        assertThat(StrictJson.MAPPER.readValue(text, Value.class)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"count\":3,\"count\":3,\"ratio\":1.5,\"name\":\"a\"}",
                "{\"count\":3,\"ratio\":1.5,\"name\":\"a\",\"more\":1}",
                "{\"count\":3,\"ratio\":1.5}",
                "{\"count\":3,\"ratio\":1.5,\"name\":null}",
                "{\"count\":null,\"ratio\":1.5,\"name\":\"a\"}",
                "{\"count\":3.5,\"ratio\":1.5,\"name\":\"a\"}",
                "{\"count\":\"3\",\"ratio\":1.5,\"name\":\"a\"}",
                "{\"count\":3,\"ratio\":1.5,\"name\":7}",
                "{\"count\":3,\"ratio\":1.5,\"name\":\"a\"} {}"
            })
    void anythingElseIsRefused(String text) {
        assertThatThrownBy(() -> StrictJson.MAPPER.readValue(text, Value.class))
                .isInstanceOf(JsonProcessingException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\": [1", "{\"a\":", "{\"a\" 1}", "[1, 2"})
    void theReasonDoesNotNameASource(String text) {
        assertThatThrownBy(() -> StrictJson.MAPPER.readTree(text))
                .isInstanceOfSatisfying(
                        JsonProcessingException.class,
                        e ->
                                assertThat(StrictJson.reason(e))
                                        .isNotEmpty()
                                        .doesNotContain("Source", "REDACTED", "StreamReadFeature"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":2}", "{} {}"})
    void aTreeIsReadStrictlyToo(String text) {
        assertThatThrownBy(() -> StrictJson.MAPPER.readTree(text))
                .isInstanceOf(JsonProcessingException.class);
    }
}
