package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsHeaderTest {

    @TempDir private Path folder;

    @Test
    void shardsAreCalledSo() throws IOException {
        Path shard = folder.resolve("model-00001-of-00002.safetensors");
        Path index = folder.resolve("model.safetensors.index.json");
        Files.writeString(shard, "");
        Files.writeString(index, "{}");
        for (Path path : List.of(shard, index, folder.resolve("model.safetensors"))) {
            assertThatThrownBy(() -> GptWeights.config(path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(path + ": expected a whole model")
                    .hasMessageContaining("sharded")
                    .hasMessageContaining("merge the shards");
        }
    }
}
