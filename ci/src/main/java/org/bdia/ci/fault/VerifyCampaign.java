package org.bdia.ci.fault;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.ReconstructionException;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;

/**
 * Compares rebuilt states with the originals in every variant of a stack: by fingerprint in the backward passes of verify
 * mode, and once per variant activation by activation.
 *
 * <p>Letters: B = 2 samples, T = 4 tokens, D = 8. Every pass has another input.
 */
final class VerifyCampaign {

    private static final int BATCH = 2;
    private static final int REPORT_EVERY = 8;

    private final Consumer<String> out;
    private long states;
    private long passes;
    private long mismatches;
    private long activations;
    private long differing;

    /** Creates a campaign that reports its progress. */
    public VerifyCampaign(Consumer<String> out) {
        this.out = out;
    }

    /** Compares at least {@code wanted} states by fingerprint, divided evenly among all variants. */
    public List<FaultResult> run(long wanted) {
        List<StackVariant> variants = StackVariant.all();
        for (int i = 0; i < variants.size(); i++) {
            // The remaining variants share the remaining states, so that the sum is right.
            compare(
                    variants.get(i),
                    (wanted - states + variants.size() - i - 1) / (variants.size() - i));
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == variants.size()) {
                out.accept(
                        String.format(
                                Locale.ROOT,
                                "%d of %d variants, %,d states compared, %d mismatches",
                                i + 1,
                                variants.size(),
                                states,
                                mismatches + differing));
            }
        }
        return List.of(
                FaultResult.of(
                        String.format(
                                Locale.ROOT,
                                "states are rebuilt in backward passes, in %d variants: %s",
                                variants.size(),
                                StackVariant.ALL),
                        String.format(
                                Locale.ROOT,
                                "at least %,d fingerprints compared, 0 mismatches",
                                wanted),
                        String.format(
                                Locale.ROOT,
                                "%,d states compared by fingerprint in %,d passes, %d mismatches",
                                states,
                                passes,
                                mismatches),
                        states >= wanted && mismatches == 0),
                FaultResult.of(
                        "states are rebuilt by the inverse, once in every variant without stored or checkpointed blocks",
                        "every activation compared by value, 0 mismatches",
                        String.format(
                                Locale.ROOT,
                                "%,d activations compared, %d mismatches",
                                activations,
                                differing),
                        activations > 0 && differing == 0));
    }

    /** Compares the states of one variant, in at least one pass. */
    private void compare(StackVariant variant, long share) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                ReversibleStack stack = variant.stack(manager)) {
            long until = states + share;
            long step = 0;
            do {
                try (NDScope scope = new NDScope()) {
                    pass(stack, variant, manager, step++);
                    states += variant.rebuilt();
                    passes++;
                } catch (ReconstructionException e) {
                    mismatches++;
                    out.accept(variant + ": " + e.getMessage());
                    return;
                }
            } while (states < until);
            if (variant.rebuildsAll()) {
                Reconstruction all =
                        Reconstruction.of(
                                stack, input(manager, 0), context(variant, manager), draw(0));
                activations += all.activations();
                differing += all.mismatches();
            }
        }
    }

    private static void pass(
            ReversibleStack stack, StackVariant variant, NDManager manager, long step) {
        NDArray x = input(manager, step);
        NDArray y = stack.forward(x, context(variant, manager), draw(step));
        // Small, because gradients add up over all passes and must stay finite.
        stack.backward(Autograd.unrecorded(() -> y.mul(1e-6f)));
    }

    private static NDList context(StackVariant variant, NDManager manager) {
        return variant.cross() ? new NDList(input(manager, 1L << 40)) : new NDList();
    }

    private static NDArray input(NDManager manager, long step) {
        Engine.getEngine("PyTorch").setRandomSeed((int) (step * 31 + 7));
        return manager.randomNormal(new Shape(BATCH, StackVariant.TOKENS, StackVariant.WIDTH));
    }

    private static StepKey draw(long step) {
        return new StepKey(11, step, LongStream.range(0, BATCH).toArray());
    }
}
