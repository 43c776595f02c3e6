package org.bdia.config;

/**
 * The update rule that a stack of residual branches h<sub>k</sub> computes; {@link Backprop} says how it is differentiated.
 *
 * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025</a>
 */
public sealed interface Method {

    /** The values that a draw of γ may take. */
    enum Law {
        /** +|γ| or −|γ|, equally likely. */
        SIGNS,

        /** Any number between −|γ| and |γ|, equally likely. */
        UNIFORM
    }

    /** The samples that share a draw of γ. */
    enum Per {
        /** Not shared: each sample draws its own. */
        SAMPLE,

        /** All samples of a batch. */
        BATCH
    }

    /** Returns the method's short name, as results files have it: standard, quantised, bdia, bdia-float, revnet, midpoint. */
    default String label() {
        return Json.name(getClass());
    }

    /** Returns the label with a suffix for each setting that is not the default, the magnitude of γ aside: {@code bdia+l5}, {@code bdia-float+uniform}. */
    default String name() {
        return label();
    }

    /** Whether the stack's input can be rebuilt from its two last states. */
    default boolean invertible() {
        return false;
    }

    /** Whether states are rebuilt bit for bit, and not merely up to rounding. */
    default boolean exact() {
        return invertible() && quantises();
    }

    /** Whether states are float32 on the grid of a {@link FixedPoint}, and not any floating-point numbers. */
    default boolean quantises() {
        return false;
    }

    /** |γ|, or the bound of a uniform γ; 0 for a method without γ. */
    default double gamma() {
        return 0;
    }

    /** The distribution of γ, if there is one. */
    default Law law() {
        return Law.SIGNS;
    }

    /** Who shares a draw of γ, if there is one. */
    default Per per() {
        return Per.SAMPLE;
    }

    /** The side bits m kept per activation. */
    default int sideBits() {
        return 0;
    }

    /** The number of states side by side in the output, and of branches per transformer block: 1, or 2 for coupled streams. */
    default int streams() {
        return 1;
    }

    /** Whether every state but the first two continues from x<sub>k−1</sub>, at inference as in training. */
    default boolean twoStep() {
        return streams() > 1;
    }

    /**
     * Whether a state that continues from x<sub>k</sub> alone is x<sub>k</sub> + h<sub>k</sub> itself, neither rounded nor scaled,
     * so that a block's graph may hold it.
     */
    default boolean plainSum() {
        return !quantises();
    }

    /**
     * Whether inference is the plain transformer, up to rounding to a grid, so that the weights are a plain transformer's; the
     * {@linkplain #twoStep two-step} methods' is not.
     */
    default boolean plainInference() {
        return !twoStep();
    }

    /** The method whose states inference computes, at E[γ] = 0. */
    default Method inference() {
        return this;
    }

    /** The recommended way to differentiate the method: reversed where that is as good as storing. */
    default Backprop backprop() {
        return exact() || streams() > 1 ? Backprop.REVERSIBLE : Backprop.STORE;
    }

    /** A method whose states are on the grid of a {@link FixedPoint}. */
    sealed interface OnGrid extends Method {
        /** The quantisation level. */
        int level();

        @Override
        default boolean quantises() {
            return true;
        }

        @Override
        default String name() {
            return label() + (level() == FixedPoint.PAPER_LEVEL ? "" : "+l" + level());
        }
    }

    /** The plain transformer, x<sub>k+1</sub> = x<sub>k</sub> + h<sub>k</sub>(x<sub>k</sub>). */
    static Standard standard() {
        return new Standard();
    }

    /** The plain transformer with quantised states (γ = 0), at the paper's level 9. */
    static Quantised quantised() {
        return new Quantised(FixedPoint.PAPER_LEVEL);
    }

    /**
     * Exact BDIA at the paper's level 9.
     *
     * @param gamma |γ|, ½ (one side bit per activation) or ¼ (two)
     * @throws IllegalArgumentException if gamma is neither ½ nor ¼
     */
    static Bdia bdia(double gamma) {
        return new Bdia(gamma, FixedPoint.PAPER_LEVEL);
    }

    /**
     * BDIA in floating point: no quantiser, no side bits, an inverse that drifts.
     *
     * @param gamma |γ|, above 0 and at most 1
     * @throws IllegalArgumentException if gamma is out of range
     */
    static BdiaFloat bdiaFloat(double gamma) {
        return new BdiaFloat(gamma);
    }

    /** The reversible transformer of two streams, RevViT, whose inverse subtracts what was added. */
    static RevNet revNet() {
        return new RevNet();
    }

    /** The midpoint rule at the paper's level 9: exact without side bits, a baseline that is not the plain transformer at inference. */
    static Midpoint midpoint() {
        return new Midpoint(FixedPoint.PAPER_LEVEL);
    }

    /** x<sub>k+1</sub> = x<sub>k</sub> + h<sub>k</sub>(x<sub>k</sub>). */
    record Standard() implements Method {}

    /**
     * x<sub>k+1</sub> = Q<sub>l</sub>[x<sub>k</sub> + h<sub>k</sub>(x<sub>k</sub>)]: the plain transformer on
     * the grid, which is BDIA with γ = 0 and BDIA's inference.
     *
     * @param level the quantisation level, see {@link FixedPoint}
     */
    record Quantised(int level) implements OnGrid {
        /** Checks the level as {@link FixedPoint} does. */
        public Quantised {
            new FixedPoint(level);
        }

        /** Returns a copy on another grid. */
        public Quantised withLevel(int newLevel) {
            return new Quantised(newLevel);
        }
    }

    /**
     * x<sub>k+1</sub> = γ(x<sub>k−1</sub> + s 2<sup>−l</sup>) + Q<sub>l</sub>[(1−γ)x<sub>k</sub> +
     * (1+γ)h<sub>k</sub>(x<sub>k</sub>)], γ = ±|γ| drawn per sample and block (section 4, eq. 20).
     *
     * @param gamma |γ| = 2<sup>−m</sup>, m = 1 or 2
     * @param level the quantisation level, see {@link FixedPoint}
     * @param per who shares a draw
     */
    record Bdia(double gamma, int level, Per per) implements OnGrid {
        /** Checks gamma and level. */
        public Bdia {
            if (gamma != 0.5 && gamma != 0.25) {
                throw new IllegalArgumentException(
                        "exact BDIA needs |gamma| = 0.5 (one side bit) or 0.25 (two), but gamma is "
                                + gamma
                                + "; other values exist only in floating point, as Method.bdiaFloat("
                                + gamma
                                + ")");
            }
            new FixedPoint(level);
        }

        /** One γ per sample. */
        public Bdia(double gamma, int level) {
            this(gamma, level, Per.SAMPLE);
        }

        /** Returns a copy on another grid. */
        public Bdia withLevel(int newLevel) {
            return new Bdia(gamma, newLevel, per);
        }

        /** Returns a copy with one γ for all samples of a batch. */
        public Bdia perBatch() {
            return new Bdia(gamma, level, Per.BATCH);
        }

        /** m = −log2 |γ|. */
        @Override
        public int sideBits() {
            return gamma == 0.5 ? 1 : 2;
        }

        @Override
        public String name() {
            return OnGrid.super.name() + batchSuffix(per);
        }

        @Override
        public boolean invertible() {
            return true;
        }

        @Override
        public Quantised inference() {
            return new Quantised(level);
        }
    }

    /**
     * x<sub>k+1</sub> = γ x<sub>k−1</sub> + (1−γ) x<sub>k</sub> + (1+γ) h<sub>k</sub>(x<sub>k</sub>), γ drawn per
     * sample and block. Its inverse multiplies rounding errors by 1/|γ| per block.
     *
     * @param gamma |γ|, above 0 and at most 1; of a uniform γ the bound
     * @param law ±|γ|, or any number in between, which may be next to 0, so that there is no inverse
     * @param per who shares a draw
     */
    record BdiaFloat(double gamma, Law law, Per per) implements Method {
        /** Checks gamma. */
        public BdiaFloat {
            if (!(gamma > 0 && gamma <= 1)) {
                throw new IllegalArgumentException(
                        "floating-point BDIA needs 0 < |gamma| <= 1, but gamma is "
                                + gamma
                                + "; gamma = 0 is Method.standard()");
            }
        }

        /** γ = ±|γ|, one per sample. */
        public BdiaFloat(double gamma) {
            this(gamma, Law.SIGNS, Per.SAMPLE);
        }

        /** Returns a copy with γ ~ U[−|γ|, |γ|]. */
        public BdiaFloat uniform() {
            return new BdiaFloat(gamma, Law.UNIFORM, per);
        }

        /** Returns a copy with one γ for all samples of a batch. */
        public BdiaFloat perBatch() {
            return new BdiaFloat(gamma, law, Per.BATCH);
        }

        @Override
        public String name() {
            return label() + (law == Law.UNIFORM ? "+uniform" : "") + batchSuffix(per);
        }

        @Override
        public boolean invertible() {
            return law == Law.SIGNS;
        }
    }

    /**
     * Two streams of full width, both starting as the embedding: Y<sub>1</sub> = X<sub>1</sub> + f(X<sub>2</sub>),
     * Y<sub>2</sub> = X<sub>2</sub> + g(Y<sub>1</sub>), f and g the halves of a transformer block.
     *
     * <p>Written as one sequence over the 2K halves h<sub>0</sub> = f<sub>0</sub>, h<sub>1</sub> = g<sub>0</sub>, h<sub>2</sub> =
     * f<sub>1</sub>, …: x<sub>k+1</sub> = x<sub>k−1</sub> + h<sub>k</sub>(x<sub>k</sub>) with x<sub>−1</sub> = x<sub>0</sub>,
     * so that a stack of it has two branches per block, and both last states are its output, side by side: (B, T, 2D).
     *
     * @see <a href="https://arxiv.org/abs/2302.04869">Mangalam et al., Reversible Vision Transformers, 2022</a>
     */
    record RevNet() implements Method {
        @Override
        public boolean invertible() {
            return true;
        }

        @Override
        public int streams() {
            return 2;
        }
    }

    /**
     * x<sub>k+1</sub> = x<sub>k−1</sub> + Q<sub>l</sub>[2h<sub>k</sub>(x<sub>k</sub>)] with x<sub>1</sub> = x<sub>0</sub> +
     * Q<sub>l</sub>[h<sub>0</sub>(x<sub>0</sub>)], in training and at inference: BDIA's update at γ = +1 throughout, whose inverse
     * needs no side bits on the grid. The rule is only marginally stable, so that states may grow with depth.
     *
     * @param level the quantisation level, see {@link FixedPoint}
     * @see <a href="https://arxiv.org/abs/2512.02056">Gal et al., Reversing Large Language Models, 2025</a>
     */
    record Midpoint(int level) implements OnGrid {
        /** Checks the level as {@link FixedPoint} does. */
        public Midpoint {
            new FixedPoint(level);
        }

        /** Returns a copy on another grid. */
        public Midpoint withLevel(int newLevel) {
            return new Midpoint(newLevel);
        }

        @Override
        public boolean invertible() {
            return true;
        }

        @Override
        public boolean twoStep() {
            return true;
        }
    }

    private static String batchSuffix(Per per) {
        return per == Per.BATCH ? "+batch" : "";
    }
}
