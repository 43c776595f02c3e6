package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionFileTest {
    private static final String KEY = "a-key-that-nobody-may-read";

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "tcp, 127.0.0.1, 127.0.0.1",
        "tcp, 127.8.9.10, 127.8.9.10",
        "tcp, localhost, 127.0.0.1",
        "ipc, /run/user/kernel-7, /run/user/kernel-7"
    })
    void thisMachineIsServed(String transport, String ip, String bound) throws IOException {
        var properties = ConnectionFile.read(write(transport, ip, KEY));
        assertThat(properties.getIp()).isEqualTo(bound);
        assertThat(properties.getTransport()).isEqualTo(transport);
        assertThat(properties.getShellPort()).isEqualTo(50_001);
        assertThat(properties.getIopubPort()).isEqualTo(50_002);
        assertThat(properties.getStdinPort()).isEqualTo(50_003);
        assertThat(properties.getControlPort()).isEqualTo(50_004);
        assertThat(properties.getHbPort()).isEqualTo(50_005);
        assertThat(properties.getSignatureScheme()).isEqualTo("hmac-sha256");
        assertThat(properties.getKey()).isEqualTo(KEY);
        assertThat(properties).asString().contains(bound).doesNotContain(KEY);
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(strings = {"0.0.0.0", "*", "::", " ", "192.0.2.1", "2001:db8::1", "no such name"})
    void otherMachinesAreNot(String ip) throws IOException {
        Path file = write("tcp", ip, KEY);
        assertThatThrownBy(() -> ConnectionFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        file + ": expected transport ipc, or tcp on a loopback address")
                .hasMessageContaining("found tcp on '" + ip + "'")
                .hasMessageNotContaining(KEY);
    }

    @Test
    void anotherTransportIsRefused() throws IOException {
        Path file = write("udp", "127.0.0.1", KEY);
        assertThatThrownBy(() -> ConnectionFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("found udp on '127.0.0.1'");
    }

    @ParameterizedTest
    @NullAndEmptySource
    void withoutAKeyNobodyIsServed(String key) throws IOException {
        Path file = write("tcp", "127.0.0.1", key);
        assertThatThrownBy(() -> ConnectionFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file + ": expected a key that signs messages, found none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"key\": \"" + KEY + "\"",
                "\"" + KEY + "\"",
                "{\"shell_port\": \"" + KEY + "\"}",
                "{\"key\": [\"" + KEY + "\"]}"
            })
    void whatIsNoConnectionFileIsNotQuoted(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("kernel.json"), text);
        assertThatThrownBy(() -> ConnectionFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": expected the JSON object that Jupyter writes")
                .hasMessageNotContaining(KEY)
                .hasNoCause();
    }

    @Test
    void aFolderAndBytesThatAreNotTextAreNamed() throws IOException {
        Path binary = Files.write(folder.resolve("kernel.json"), new byte[] {'{', (byte) 0xFF});
        Map<Path, String> found =
                Map.of(
                        folder,
                        "a folder",
                        folder.resolve("gone.json"),
                        "no such file",
                        binary,
                        "something else");
        found.forEach(
                (path, what) ->
                        assertThatThrownBy(() -> ConnectionFile.read(path))
                                .isInstanceOf(IllegalArgumentException.class)
                                .hasMessage(
                                        path
                                                + ": expected the JSON object that Jupyter writes, found "
                                                + what
                                                + "; let Jupyter start the kernel")
                                .hasNoCause());
    }

    private Path write(String transport, String ip, String key) throws IOException {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("shell_port", 50_001);
        json.put("iopub_port", 50_002);
        json.put("stdin_port", 50_003);
        json.put("control_port", 50_004);
        json.put("hb_port", 50_005);
        json.put("ip", ip);
        json.put("key", key);
        json.put("transport", transport);
        json.put("signature_scheme", "hmac-sha256");
        Path file = folder.resolve("kernel.json");
        new ObjectMapper().writeValue(file.toFile(), json);
        return file;
    }
}
