package org.bdia.ci.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.apache.commons.statistics.descriptive.Median;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.measure.MemoryProbe;
import org.bdia.nn.Gpt;
import org.bdia.nn.SlicedLoss;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.CrossEntropy;
import org.bdia.train.Optimizer;
import org.bdia.train.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures heads that work on slices of tokens beside one that works on all; called by ci/bench --head. */
@Command(
        name = "bench-head",
        hidden = true, // ci/bench calls it
        description =
                "Measures a training step of a GPT of one block with GPT-2's vocabulary, the head whole and in slices of"
                        + " tokens, in turns in one process: time, and peak memory above weights, gradients and moments."
                        + " Called by ci/bench.")
public final class HeadCommand implements Callable<Integer> {

    private static final int BATCH = 8;
    private static final int TOKENS = 256;
    private static final int VOCABULARY = 50_257;

    @Option(names = "--width", description = "D; default: ${DEFAULT-VALUE}.", defaultValue = "384")
    private int width;

    @Option(
            names = "--slices",
            split = ",",
            description = "Tokens of a slice; default: ${DEFAULT-VALUE}.",
            defaultValue = "64,128,256")
    private List<Integer> slices;

    @Option(
            names = "--rounds",
            description = "Number of turns; default: ${DEFAULT-VALUE}.",
            defaultValue = "7")
    private int rounds;

    @Spec private CommandSpec spec;

    /**
     * A way to compute the head.
     *
     * @param name in the table
     * @param step one training step without the optimiser's
     */
    private record Way(String name, Runnable step) {}

    /** The task whose loss is sliced; it has no data. */
    private static final class NextToken implements Task {
        @Override
        public int stepsPerEpoch(int batch) {
            return 0;
        }

        @Override
        public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
            throw new IllegalStateException("a benchmark has no data");
        }

        @Override
        public int size(Split split) {
            return 0;
        }

        @Override
        public Batch evaluation(NDManager manager, Split split, int from, int to) {
            throw new IllegalStateException("a benchmark has no data");
        }
    }

    @Override
    public Integer call() {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            GptConfig config =
                    GptConfig.nano()
                            .withVocabulary(VOCABULARY)
                            .withContext(TOKENS)
                            .withWidth(width)
                            .withMlp(4 * width)
                            .withHeads(width / 64)
                            .withDepth(1)
                            .withDropout(0);
            var gpt = new Gpt(config, Method.standard(), Backprop.STORE);
            gpt.initialize(manager, 1);
            Engine.getEngine("PyTorch").setRandomSeed(1);
            NDArray ids = ids(manager);
            NDArray labels = ids(manager);
            var key = new StepKey(1, 0, LongStream.range(0, BATCH).toArray());
            Task task = new NextToken();
            List<Way> ways = new ArrayList<>();
            // Everything but the head: no slice counts.
            var none = new SlicedLoss((long) BATCH * TOKENS, List.of());
            ways.add(new Way("no head", () -> gpt.differentiate(new NDList(ids), none, key)));
            ways.add(
                    new Way(
                            "whole",
                            () ->
                                    gpt.differentiate(
                                            new NDList(ids),
                                            y -> CrossEntropy.mean(y, labels, 0),
                                            key)));
            for (int tokens : slices) {
                ways.add(
                        new Way(
                                tokens + " tokens",
                                () ->
                                        gpt.differentiate(
                                                new NDList(ids),
                                                task.slicedLoss(labels, 0, tokens),
                                                key)));
            }
            try (Optimizer optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, gpt)) {
                optimizer.zeroGradients();
                print(ways, measure(ways));
            }
        }
        return 0;
    }

    private static NDArray ids(NDManager manager) {
        return manager.randomInteger(0, VOCABULARY, new Shape(BATCH, TOKENS), DataType.INT64);
    }

    /** Milliseconds of every way, by round, after two rounds to warm up. */
    private double[][] measure(List<Way> ways) {
        double[][] times = new double[ways.size()][rounds];
        for (int round = -2; round < rounds; round++) {
            for (int way = 0; way < ways.size(); way++) {
                long start = System.nanoTime();
                run(ways.get(way));
                if (round >= 0) {
                    times[way][round] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        return times;
    }

    private static void run(Way way) {
        try (NDScope scope = new NDScope()) {
            way.step().run();
        }
    }

    private void print(List<Way> ways, double[][] times) {
        PrintWriter out = spec.commandLine().getOut();
        double[] peaks =
                ways.stream()
                        .mapToDouble(
                                way ->
                                        new MemoryProbe(Device.cpu(), System.getenv())
                                                .measure(() -> run(way))
                                                .peak())
                        .toArray();
        out.printf(
                Locale.ROOT,
                "batch %d x %d tokens, vocabulary %d, width %d, %d rounds in turns%n"
                        + "| head | step ms, median (quartiles) | head's time / whole | peak MiB | peak / whole |%n"
                        + "|---|---|---|---|---|%n",
                BATCH,
                TOKENS,
                VOCABULARY,
                width,
                rounds);
        for (int way = 0; way < ways.size(); way++) {
            double[] ratios = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                ratios[round] =
                        (times[way][round] - times[0][round]) / (times[1][round] - times[0][round]);
            }
            double[] sorted = times[way].clone();
            Arrays.sort(sorted);
            out.printf(
                    Locale.ROOT,
                    "| %s | %.0f (%.0f–%.0f) | %.2f | %.1f | %.3f |%n",
                    ways.get(way).name(),
                    median(times[way]),
                    sorted[rounds / 4],
                    sorted[rounds - 1 - rounds / 4],
                    median(ratios),
                    peaks[way],
                    peaks[way] / peaks[1]);
        }
        out.flush();
    }

    private static double median(double... values) {
        return Median.withDefaults().evaluate(values);
    }
}
