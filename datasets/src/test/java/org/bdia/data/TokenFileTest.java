package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenFileTest {
    @TempDir private Path root;
    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.at(root);
    }

    private TokenFile write(int... ids) throws IOException {
        TestFiles.write(root.resolve("a.bin"), TestFiles.tokens(ids));
        return TokenFile.open(folder, "a.bin");
    }

    @ParameterizedTest
    @CsvSource({"a.bin,8", "a.bin,1000000", "a.bin.gz,8", "a.bin.xz,1000000"})
    void mappedOrUnpackedAndHoweverCutTheIdsAreTheSame(String stored, int piece)
            throws IOException {
        int[] ids = new Random(1).ints(1001, 0, Gpt2Bpe.SIZE - 1).toArray();
        var bytes = TestFiles.tokens(ids);
        TestFiles.write(root.resolve(stored), bytes);
        var file = TokenFile.open(folder, "a.bin", piece);
        assertThat(LongStream.range(0, file.size()).mapToInt(file::get).toArray()).isEqualTo(ids);
        assertThat(file.sha256()).isEqualTo(Sha256.of(bytes));
    }

    @Test
    void documentsEndAfterTheirClosingIds() throws IOException {
        assertThat(write(1, 50256, 50256, 2, 3, 50256).documentEnds()).containsExactly(2, 3, 6);
        assertThat(write(1, 2).documentEnds()).containsExactly(2);
        assertThat(write(1, 50256).documentEnds()).containsExactly(2);
    }

    @Test
    void halfAnIdAndNoneAtAllAreRefused() throws IOException {
        for (int length : new int[] {0, 1, 5}) {
            TestFiles.write(root.resolve("a.bin"), new byte[length]);
            assertThatThrownBy(() -> TokenFile.open(folder, "a.bin"))
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll("a.bin", "two bytes each", length + " bytes");
        }
    }

    @Test
    void idsThatGpt2HasNotAreRefused() {
        assertThatThrownBy(() -> write(1, 50256, 50257, 65535, 50256))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.bin", "0 to 50256", "id 50257 at position 2");
    }

    @Test
    void anUnclosedLastDocumentIsRefused() {
        assertThatThrownBy(() -> write(1, 50256, 2, 3))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.bin", "closed by id 50256", "2 ids after the last");
    }
}
