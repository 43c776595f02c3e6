package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.nn.Gradients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The midpoint rule in whole models. */
class MidpointTest extends TensorTest {

    private static final Method MIDPOINT = Method.midpoint();
    private static final Execution REVERSIBLE = Execution.of(Backprop.REVERSIBLE).withVerify(true);
    private static final ActivationConfig GELU = ActivationConfig.GELU;

    @TempDir private Path folder;

    static Stream<GuardSubject.Make> models() {
        return Stream.of(GuardSubject.VIT, GuardSubject.GPT, GuardSubject.SEQ2SEQ);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aResumedRunEndsLikeAnUninterruptedOneInEveryLocale(GuardSubject.Make make) {
        Locale locale = Locale.getDefault();
        List<List<float[]>> ends = new ArrayList<>();
        try {
            for (int stop : new int[] {2, Integer.MAX_VALUE}) {
                Locale.setDefault(stop == 2 ? Locale.forLanguageTag("ar-EG-u-nu-arab") : locale);
                train(make, folder.resolve("resumed"), stop, ends);
            }
            train(make, folder.resolve("whole"), Integer.MAX_VALUE, ends);
        } finally {
            Locale.setDefault(locale);
        }
        assertThat(ends).hasSize(2);
        Gradients.assertSame(ends.get(0), ends.get(1));
    }

    private void train(GuardSubject.Make make, Path run, int stop, List<List<float[]>> ends) {
        GuardSubject subject = make.of(MIDPOINT, REVERSIBLE, GELU, manager);
        if (subject.train(TrainConfig.of(2, 6, 1e-2), run, stop, manager)) {
            ends.add(subject.weights());
        }
    }

    @Test
    void generationWithACacheWritesTheTokensOfTheWholeModel() {
        Gpt gpt =
                (Gpt)
                        GuardSubject.GPT
                                .of(MIDPOINT, Execution.of(Backprop.STORE), GELU, manager)
                                .model();
        int[] text = {3, 1, 4};
        int[] found = Generator.generate(gpt, manager, text, 6, -1, Decoding.greedy());
        for (int next : found) {
            NDArray row = manager.create(new int[][] {text});
            NDArray last =
                    gpt.predict(new NDList(row.toType(DataType.INT64, false)))
                            .get(0, text.length - 1);
            assertThat((int) last.argMax().getLong()).isEqualTo(next);
            text = Arrays.copyOf(text, text.length + 1);
            text[text.length - 1] = next;
        }
    }
}
