package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bdia.ChosenProducts;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(ChosenProducts.Linear.class)
class MemoryPlanTest {

    private static final double MIB = 1 << 20;
    private static final VitConfig BASE =
            VitConfig.laptop().withHeads(1).withWidth(128).withHeads(4).withMlp(512);
    private static final Method BDIA = Method.bdia(0.5);

    @Test
    void aRoomyBudgetStoresStacksOfUnequalDepthsToo() {
        var memory = MemoryModel.of(Seq2SeqConfig.smoke().withDepths(6, 2), BDIA);
        MemoryPlan plan = MemoryPlan.forBudget(memory, 4, Long.MAX_VALUE);
        assertThat(plan.execution().backprop()).isEqualTo(Backprop.STORE);
        assertThat(plan.relativeTime()).isEqualTo(1);
    }

    /** Peaks counted by a preloaded allocator shim, PyTorch 2.7.1 on two cores. */
    @ParameterizedTest
    @CsvSource({
        "standard, STORE,      2, 64, 0, 0,    0, FLOAT32,          83.00",
        "standard, STORE,      6, 64, 0, 0,    0, FLOAT32,         219.00",
        "standard, CHECKPOINT, 6, 64, 0, 0,    0, FLOAT32,          60.38",
        "bdia,     STORE,      6, 64, 0, 0,    0, FLOAT32,         233.50",
        "bdia,     REVERSIBLE, 6, 64, 0, 0,    0, FLOAT32,          54.69",
        "bdia,     REVERSIBLE, 6, 64, 0, 0, 1024, FLOAT32,          21.59",
        "bdia,     REVERSIBLE, 6, 64, 0, 2,    0, FLOAT32,          91.19",
        "bdia,     REVERSIBLE, 6, 64, 2, 1, 1024, FLOAT32,          51.00",
        "standard, STORE,      4, 64, 0, 0,    0, BFLOAT16_BRANCH,  93.38",
        "bdia,     REVERSIBLE, 4, 64, 0, 0,    0, BFLOAT16_BRANCH,  38.20",
        "bdia,     REVERSIBLE, 4, 64, 0, 0, 1024, BFLOAT16_BRANCH,  17.90",
        "revnet,   STORE,      2, 64, 0, 0,    0, FLOAT32,          92.50",
        "revnet,   STORE,      6, 64, 0, 0,    0, FLOAT32,         245.00",
        "revnet,   CHECKPOINT, 6, 64, 0, 0,    0, FLOAT32,          62.28",
        "revnet,   REVERSIBLE, 2, 64, 0, 0, 1024, FLOAT32,          19.76",
        "revnet,   REVERSIBLE, 6, 64, 0, 0,    0, FLOAT32,          42.28",
        "revnet,   REVERSIBLE, 6, 32, 2, 4,    0, FLOAT32,          50.38",
        "revnet,   STORE,      2, 64, 0, 0,    0, BFLOAT16_BRANCH,  62.45",
        "revnet,   REVERSIBLE, 2, 64, 0, 0,    0, BFLOAT16_BRANCH,  30.85",
    })
    void predictsTheCountedPeaksOfAVisionTransformer(
            String method,
            Backprop backprop,
            int depth,
            int batch,
            int checkpointed,
            int stored,
            int chunk,
            Precision precision,
            double counted) {
        Execution execution =
                Execution.of(backprop)
                        .withCheckpointed(checkpointed)
                        .withStored(stored)
                        .withChunkTokens(chunk)
                        .withPrecision(precision);
        var memory = MemoryModel.of(BASE.withDepth(depth), named(method));
        assertThat(memory.peak(execution, batch) / MIB).isCloseTo(counted, within(0.02 * counted));
    }

    @ParameterizedTest
    @CsvSource({
        "standard, STORE,         0, FLOAT32,         156.53",
        "bdia,     REVERSIBLE,    0, FLOAT32,          55.06",
        "bdia,     REVERSIBLE, 1024, FLOAT32,          22.22",
        "standard, STORE,         0, BFLOAT16_BRANCH,  98.03",
        "bdia,     REVERSIBLE,    0, BFLOAT16_BRANCH,  37.26",
        "bdia,     REVERSIBLE, 1024, BFLOAT16_BRANCH,  22.22",
        "revnet,   STORE,         0, FLOAT32,         174.53",
        "revnet,   REVERSIBLE,    0, FLOAT32,          42.28",
        "revnet,   REVERSIBLE, 1024, FLOAT32,          28.03",
        "revnet,   REVERSIBLE,    0, BFLOAT16_BRANCH,  30.85",
    })
    void predictsTheCountedPeaksOfAGpt(
            String method, Backprop backprop, int chunk, Precision precision, double counted) {
        var gpt = new GptConfig(256, 256, 128, 4, 4, 512, 0, ActivationConfig.GELU);
        Execution execution =
                Execution.of(backprop).withChunkTokens(chunk).withPrecision(precision);
        double peak = MemoryModel.of(gpt, named(method)).peak(execution, 16) / MIB;
        assertThat(peak).isCloseTo(counted, within(0.02 * counted));
    }

    /** With GPT-2's vocabulary the head outweighs the blocks. */
    @ParameterizedTest
    @CsvSource({"standard, STORE, 0, 410.16", "bdia, REVERSIBLE, 1024, 393.41"})
    void predictsTheCountedPeaksOfAGptWithItsOwnVocabulary(
            String method, Backprop backprop, int chunk, double counted) {
        var gpt = new GptConfig(50257, 64, 128, 4, 4, 512, 0, ActivationConfig.GELU);
        Execution execution = Execution.of(backprop).withChunkTokens(chunk);
        double peak = MemoryModel.of(gpt, named(method)).peak(execution, 8) / MIB;
        assertThat(peak).isCloseTo(counted, within(0.02 * counted));
    }

    /** What ci/bench --head counts: a head in slices of tokens, after one block whose graph is stored. */
    @ParameterizedTest
    @CsvSource({"0, 1627.6", "256, 256.4", "128, 158.3", "64, 109.2"})
    void predictsTheCountedPeaksOfAHeadInSlices(int headTokens, double counted) {
        var gpt = new GptConfig(50257, 256, 384, 1, 6, 1536, 0, ActivationConfig.GELU);
        double peak =
                MemoryModel.of(gpt, Method.standard())
                                .withHeadTokens(headTokens)
                                .peak(Execution.of(Backprop.STORE), 8)
                        / MIB;
        assertThat(peak).isCloseTo(counted, within(0.02 * counted));
    }

    @ParameterizedTest
    @CsvSource({
        "standard, STORE,         0, FLOAT32,         1306.55",
        "bdia,     REVERSIBLE,    0, FLOAT32,          427.91",
        "bdia,     REVERSIBLE, 1024, FLOAT32,          125.85",
        "standard, STORE,         0, BFLOAT16_BRANCH,  761.53",
        "bdia,     REVERSIBLE,    0, BFLOAT16_BRANCH,  289.41",
        "bdia,     REVERSIBLE, 1024, BFLOAT16_BRANCH,  121.71",
    })
    void predictsTheCountedPeaksOfThePapersSize(
            String method, Backprop backprop, int chunk, Precision precision, double counted) {
        Execution execution =
                Execution.of(backprop).withChunkTokens(chunk).withPrecision(precision);
        var memory = MemoryModel.of(VitConfig.paper().withDepth(4), named(method));
        assertThat(memory.peak(execution, 128) / MIB).isCloseTo(counted, within(0.02 * counted));
    }

    /** Encoder blocks compute with a mask of padding, decoder blocks in float32 by plain kernels. */
    @ParameterizedTest
    @CsvSource({
        "standard, STORE,      2, 2, 32,  64,    0, 0,   FLOAT32,         100.18",
        "standard, CHECKPOINT, 4, 4, 32,  64,    0, 0,   FLOAT32,          43.30",
        "bdia,     STORE,      2, 6, 32,  64,    0, 0,   FLOAT32,         212.37",
        "bdia,     STORE,      6, 2, 32,  64,    0, 0,   FLOAT32,         180.30",
        "bdia,     STORE,      2, 2, 32,  64,    0, 0.1, FLOAT32,         154.18",
        "bdia,     REVERSIBLE, 2, 2, 32,  64,    0, 0,   FLOAT32,          39.37",
        "bdia,     REVERSIBLE, 4, 4, 32,  64,    0, 0.1, FLOAT32,          56.21",
        "bdia,     REVERSIBLE, 4, 4, 32,  64, 1024, 0,   FLOAT32,          24.97",
        "bdia,     STORE,      4, 4, 32, 128,    0, 0,   FLOAT32,         440.67",
        "bdia,     STORE,      2, 2, 32,  64,    0, 0,   BFLOAT16_BRANCH,  67.93",
        "bdia,     REVERSIBLE, 2, 2, 32,  64,    0, 0,   BFLOAT16_BRANCH,  27.69",
    })
    void predictsTheCountedPeaksOfAnEncoderAndADecoder(
            String method,
            Backprop backprop,
            int encoder,
            int decoder,
            int batch,
            int tokens,
            int chunk,
            double dropout,
            Precision precision,
            double counted) {
        var pair = new Seq2SeqConfig(256, 256, tokens, 128, encoder, decoder, 4, 512, dropout);
        Execution execution =
                Execution.of(backprop).withChunkTokens(chunk).withPrecision(precision);
        double peak = MemoryModel.of(pair, named(method)).peak(execution, batch) / MIB;
        assertThat(peak).isCloseTo(counted, within(0.02 * counted));
    }

    private static Method named(String method) {
        return Stream.of(BDIA, Method.standard(), Method.revNet())
                .filter(known -> known.label().equals(method))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void moreMemoryNeverMakesAPlanSlowerAndEveryPlanFits() {
        var memory = MemoryModel.of(BASE.withDepth(24), BDIA);
        double last = Double.POSITIVE_INFINITY;
        for (long mib = 100; mib <= 1000; mib += 25) {
            MemoryPlan plan = MemoryPlan.forBudget(memory, 64, mib << 20);
            assertThat(plan.totalBytes()).isLessThanOrEqualTo(mib << 20);
            assertThat(plan.peakBytes()).isEqualTo(memory.peak(plan.execution(), 64));
            assertThat(plan.relativeTime()).isLessThanOrEqualTo(last);
            last = plan.relativeTime();
        }
        assertThat(last).as("there is room for every graph").isEqualTo(1);
    }

    @Test
    void anAmpleBudgetStoresEverythingAndATightOneReverses() {
        var memory = MemoryModel.of(BASE.withDepth(12), BDIA);
        assertThat(MemoryPlan.forBudget(memory, 64, 1L << 40).execution().stored()).isEqualTo(12);
        long least = memory.total(Execution.lean(), 64);
        MemoryPlan tight = MemoryPlan.forBudget(memory, 64, least);
        assertThat(tight.execution().stored()).isZero();
        assertThat(tight.totalBytes()).isLessThanOrEqualTo(least);
    }

    @Test
    void whatIsDearIsAvoided() {
        var memory = MemoryModel.of(BASE.withDepth(12), BDIA);
        long budget = memory.total(Execution.of(Backprop.REVERSIBLE).withCheckpointed(12), 64);
        Execution dear = plan(memory, new BlockTimes(0, 1, 1.3, 2, 2.2), budget).execution();
        Execution cheap = plan(memory, new BlockTimes(0, 1, 1.3, 1.31, 1.44), budget).execution();
        assertThat(cheap.stored() + cheap.checkpointed())
                .isLessThanOrEqualTo(dear.stored() + dear.checkpointed());
    }

    private static MemoryPlan plan(MemoryModel memory, BlockTimes times, long budget) {
        return MemoryPlan.forBudget(memory, 64, Precision.FLOAT32, times, budget);
    }

    @Test
    void theStandardMethodIsPlannedWithoutReversing() {
        var memory = MemoryModel.of(BASE.withDepth(6), Method.standard());
        Execution execution = MemoryPlan.forBudget(memory, 64, 200L << 20).execution();
        assertThat(execution.backprop()).isEqualTo(Backprop.CHECKPOINT);
        assertThat(execution.stored()).isBetween(1, 5);
    }

    /** Of two streams halves are stored, of an encoder–decoder blocks of both stacks: a plan that stores all takes storing's time. */
    @Test
    void twoStreamsAndTwoStacksArePlanned() {
        for (MemoryModel memory :
                List.of(
                        MemoryModel.of(BASE, Method.revNet()),
                        MemoryModel.of(Seq2SeqConfig.laptop(), BDIA))) {
            MemoryPlan ample = MemoryPlan.forBudget(memory, 64, 1L << 40);
            assertThat(ample.execution().stored()).isEqualTo(memory.branches());
            assertThat(ample.relativeTime()).isEqualTo(1);
            long least = memory.total(Execution.lean(), 64);
            MemoryPlan tight = MemoryPlan.forBudget(memory, 64, least);
            assertThat(tight.execution().stored()).isZero();
            assertThat(tight.totalBytes()).isLessThanOrEqualTo(least);
        }
    }

    @Test
    void theMidpointRuleTakesNothingPerBlock() {
        Execution reversible = Execution.of(Backprop.REVERSIBLE);
        long shallow = MemoryModel.of(BASE.withDepth(6), Method.midpoint()).peak(reversible, 8);
        long deep = MemoryModel.of(BASE.withDepth(48), Method.midpoint()).peak(reversible, 8);
        long bdia = MemoryModel.of(BASE.withDepth(48), BDIA).peak(reversible, 8);

        assertThat(deep).isEqualTo(shallow).isLessThan(bdia);
    }

    @Test
    void theLargestBatchFitsAndOneMoreDoesNot() {
        var memory = MemoryModel.of(BASE, BDIA);
        int batch = memory.largestBatch(Execution.lean(), 300L << 20);
        assertThat(memory.total(Execution.lean(), batch)).isLessThanOrEqualTo(300L << 20);
        assertThat(memory.total(Execution.lean(), batch + 1)).isGreaterThan(300L << 20);
        assertThat(memory.largestBatch(Execution.lean(), 1 << 20)).isZero();
    }

    @Test
    void refusesWhatDoesNotFitAndSaysWhatWould() {
        var memory = MemoryModel.of(BASE, BDIA);
        assertThatThrownBy(() -> MemoryPlan.forBudget(memory, 64, 20L << 20))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("batch 64 fits into 20.0 MiB: the least that does takes")
                .hasMessageContaining("take a smaller batch");
        assertThatThrownBy(() -> MemoryModel.of(Seq2SeqConfig.laptop(), Method.revNet()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "an encoder–decoder has one stream, but the method is RevNet[]; take another method, or a vision"
                                + " transformer or GPT");
        Execution plain = Execution.lean().withKernels(Kernels.PLAIN);
        assertThatThrownBy(() -> memory.peak(plain, 8)).hasMessageContaining("Kernels.FUSED");
        assertThatThrownBy(() -> memory.peak(Execution.lean().withStored(7), 8))
                .hasMessageContaining("at most 6 stored and checkpointed blocks");
    }

    @Test
    void aBudgetThatIsAByteTooSmallIsPrintedAsLessThanTheLeastThatFits() {
        var memory = MemoryModel.of(VitConfig.smoke(), BDIA);
        String message = messageBelowTheLeast(memory);
        Matcher sizes = Pattern.compile("into (.*) MiB: .* takes (.*) MiB, ").matcher(message);
        assertThat(sizes.find()).isTrue();
        double least = Double.parseDouble(sizes.group(2));
        assertThat(Double.parseDouble(sizes.group(1))).isLessThan(least);
        assertThat(MemoryPlan.forBudget(memory, 1, (long) (least * MIB))).isNotNull();
    }

    private static String messageBelowTheLeast(MemoryModel memory) {
        long budget = Long.MAX_VALUE;
        while (true) {
            try {
                budget = MemoryPlan.forBudget(memory, 1, budget).totalBytes() - 1;
            } catch (IllegalArgumentException e) {
                return e.getMessage();
            }
        }
    }
}
