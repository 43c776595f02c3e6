package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.data.DataFolder;
import org.bdia.data.Gpt2Bpe;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.junit.jupiter.api.Test;

/**
 * GPT-2 small as Hugging Face publishes it, in the data folder under {@code gpt2} or where the environment variable BDIA_GPT2 says;
 * skipped without.
 */
class PublishedGpt2Test {

    private static final String VARIABLE = "BDIA_GPT2";
    private static final String FILE = "gpt2/model.safetensors";

    /** The greedy continuation that the model is known for: 18 tokens, each the argmax of 50,257 logits. */
    @Test
    void continuesTheDogAsPublished() {
        Path file = file();
        assumeTrue(
                Files.exists(file),
                "skipped: no weights of GPT-2 in "
                        + file
                        + "; "
                        + VARIABLE
                        + " names another file");
        Gpt2Bpe bpe = new Gpt2Bpe();
        try (NDManager manager = NDManager.newBaseManager()) {
            Gpt gpt = new Gpt(GptConfig.gpt2(), Method.standard(), Backprop.STORE);
            gpt.initialize(manager, 0);
            TorchWeights.load(file, gpt);
            int[] prompt = bpe.encode("The dog");
            int[] more =
                    Generator.generate(
                            gpt, manager, prompt, 18, bpe.endOfText(), Decoding.greedy());

            assertThat(bpe.decode(more))
                    .isEqualTo(
                            " was found in a field near the intersection of West and West Streets."
                                    + "\n\nThe dog");
        }
    }

    private static Path file() {
        String named = System.getenv(VARIABLE);
        DataFolder data = DataFolder.fromEnvironment();
        return named != null ? Path.of(named) : data.has(FILE) ? data.plain(FILE) : Path.of(FILE);
    }
}
