package org.bdia.config;

import java.util.Locale;

/**
 * Execution of a stack of K blocks: how it is differentiated, with which memory and kernels. Apart from the precision it changes no
 * result but the masks of dropout, which are drawn chunk by chunk.
 *
 * <p>The first K − checkpointed − stored blocks are differentiated by backprop, the next ones by {@link
 * Backprop#CHECKPOINT}, the last ones by {@link Backprop#STORE}: what is kept for the last blocks is freed first.
 *
 * <p>A block is a branch of the stack here: with {@link Method.RevNet} half a transformer block.
 *
 * @param backprop how blocks are differentiated
 * @param checkpointed how many blocks keep their state instead
 * @param stored how many blocks keep their graph instead
 * @param chunkTokens about how many tokens a block works on at a time, whole samples; 0 = the whole batch
 * @param precision what branches compute in
 * @param kernels what branches and steps are computed with
 * @param verify whether rebuilt states are compared with fingerprints of those made
 */
public record Execution(
        Backprop backprop,
        int checkpointed,
        int stored,
        int chunkTokens,
        Precision precision,
        Kernels kernels,
        boolean verify) {

    /** The tokens that {@link #lean} works on at a time. */
    public static final int LEAN_TOKENS = 1024;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if a number is negative, or bfloat16 is wanted of plain kernels
     */
    public Execution {
        if (checkpointed < 0 || stored < 0 || chunkTokens < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "checkpointed, stored and chunkTokens must be 0 or more, but are %d, %d and %d",
                            checkpointed,
                            stored,
                            chunkTokens));
        }
        if (precision == Precision.BFLOAT16_BRANCH && kernels == Kernels.PLAIN) {
            throw new IllegalArgumentException(
                    "Precision.BFLOAT16_BRANCH needs Kernels.FUSED: DJL's own operations have no bfloat16");
        }
    }

    /** Every block differentiated this way, on the whole batch at once, in float32, fused, without verification. */
    public static Execution of(Backprop backprop) {
        return new Execution(backprop, 0, 0, 0, Precision.FLOAT32, Kernels.FUSED, false);
    }

    /**
     * {@link Backprop#REVERSIBLE} with the least memory: a block works on about {@value #LEAN_TOKENS} tokens at a time, so
     * that no more than their activations are ever alive.
     */
    public static Execution lean() {
        return of(Backprop.REVERSIBLE).withChunkTokens(LEAN_TOKENS);
    }

    /** Returns a copy that keeps the states of {@code blocks} blocks. */
    public Execution withCheckpointed(int blocks) {
        return new Execution(backprop, blocks, stored, chunkTokens, precision, kernels, verify);
    }

    /** Returns a copy that stores the graphs of the last {@code blocks} blocks. */
    public Execution withStored(int blocks) {
        return new Execution(
                backprop, checkpointed, blocks, chunkTokens, precision, kernels, verify);
    }

    /** Returns a copy that works on about {@code tokens} tokens at a time; 0 = the whole batch. */
    public Execution withChunkTokens(int tokens) {
        return new Execution(backprop, checkpointed, stored, tokens, precision, kernels, verify);
    }

    /** Returns a copy in another precision. */
    public Execution withPrecision(Precision value) {
        return new Execution(backprop, checkpointed, stored, chunkTokens, value, kernels, verify);
    }

    /** Returns a copy with other kernels. */
    public Execution withKernels(Kernels value) {
        return new Execution(backprop, checkpointed, stored, chunkTokens, precision, value, verify);
    }

    /**
     * Returns a copy in verify mode or not: the forward pass keeps a 64-bit fingerprint of every state, and the backward pass
     * compares what it rebuilds, and x<sub>1</sub> as the recomputed first block makes it. Of no effect unless an exact method is differentiated by {@link
     * Backprop#REVERSIBLE}: nothing else rebuilds states bit for bit.
     */
    public Execution withVerify(boolean value) {
        return new Execution(
                backprop, checkpointed, stored, chunkTokens, precision, kernels, value);
    }

    /**
     * Checks that a stack has the blocks that are to be stored and checkpointed.
     *
     * @throws IllegalArgumentException if it has fewer
     */
    public void requireDepth(int depth) {
        if (stored + checkpointed > depth) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%d blocks are to be stored and %d checkpointed, but the stack has %d",
                            stored,
                            checkpointed,
                            depth));
        }
    }

    /** Returns the way in which block k of K is differentiated. */
    public Backprop block(int k, int depth) {
        if (k >= depth - stored) {
            return Backprop.STORE;
        }
        return k >= depth - stored - checkpointed ? Backprop.CHECKPOINT : backprop;
    }

    /** The number n of first blocks whose states are rebuilt. */
    public int rebuilt(int depth) {
        return backprop == Backprop.REVERSIBLE ? Math.max(0, depth - stored - checkpointed) : 0;
    }
}
