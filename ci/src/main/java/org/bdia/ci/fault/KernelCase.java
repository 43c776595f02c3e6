package org.bdia.ci.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bdia.config.Precision;
import org.bdia.nn.Attention;

/**
 * A shape at which a fused kernel is compared with its plain twin.
 *
 * @param width D
 * @param mlp the MLP's hidden width
 * @param batch B
 * @param tokens T
 * @param pattern the tokens that a token attends to
 * @param masked whether the last tokens of each sequence are padding
 * @param precision the products' precision
 */
record KernelCase(
        int width,
        int mlp,
        int batch,
        int tokens,
        Attention.Pattern pattern,
        boolean masked,
        Precision precision) {

    private static final int[] WIDTHS = {33, 64, 80, 100, 128, 320, 512, 768};

    /** B and T for 255, 256, 257, 511, 512, 513, 1,024 and 4,096 tokens in all. */
    private static final int[][] BATCHES = {
        {3, 85}, {4, 64}, {1, 257}, {7, 73}, {8, 64}, {9, 57}, {4, 256}, {64, 64}
    };

    private static final int WIDE_MLP = 2048;

    /** The most multiply-adds of a forward pass in the quick selection. */
    private static final long QUICK = 2_000_000_000L;

    /** The kinds of attention at each shape. */
    private enum Variant {
        CAUSAL(Attention.Pattern.CAUSAL, false),
        FULL(Attention.Pattern.FULL, false),
        LOCALITY(Attention.Pattern.LOCALITY, false),
        MASKED(Attention.Pattern.FULL, true);

        final Attention.Pattern pattern;
        final boolean masked;

        Variant(Attention.Pattern pattern, boolean masked) {
            this.pattern = pattern;
            this.masked = masked;
        }
    }

    /** Returns every combination of width, MLP, number of tokens and attention. */
    static List<KernelCase> all(List<Precision> precisions) {
        List<KernelCase> cases = new ArrayList<>();
        for (int width : WIDTHS) {
            for (int mlp : mlps(width)) {
                for (int[] batch : BATCHES) {
                    for (Variant variant : Variant.values()) {
                        for (Precision precision : precisions) {
                            cases.add(of(width, mlp, batch, variant, precision));
                        }
                    }
                }
            }
        }
        return cases;
    }

    /**
     * Returns every width with every number of tokens once; MLP, attention and precision alternate; without the largest
     * products.
     */
    static List<KernelCase> quick(List<Precision> precisions) {
        List<KernelCase> cases = new ArrayList<>();
        int turn = 0;
        for (int width : WIDTHS) {
            int[] mlps = mlps(width);
            for (int[] batch : BATCHES) {
                KernelCase next =
                        of(
                                width,
                                mlps[turn % mlps.length],
                                batch,
                                Variant.values()[turn / 2 % 4],
                                precisions.get(turn % precisions.size()));
                turn += 3; // prime to the numbers of choices
                if (next.products() <= QUICK) {
                    cases.add(next);
                }
            }
        }
        return cases;
    }

    private static int[] mlps(int width) {
        return IntStream.of(width, 2 * width, 4 * width, WIDE_MLP).distinct().toArray();
    }

    private static KernelCase of(
            int width, int mlp, int[] batch, Variant variant, Precision precision) {
        return new KernelCase(
                width, mlp, batch[0], batch[1], variant.pattern, variant.masked, precision);
    }

    private long products() {
        return (long) batch * tokens * width * (4L * width + 2L * mlp);
    }

    /** Returns the number of heads, of about 32 features each as far as the width allows. */
    int heads() {
        for (int heads = Math.max(1, width / 32); heads > 1; heads--) {
            if (width % heads == 0) {
                return heads;
            }
        }
        return 1;
    }
}
