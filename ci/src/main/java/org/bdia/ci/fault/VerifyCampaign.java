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
 * Compares rebuilt states with those made, in every way that a stack can be run: by fingerprint in the backward passes of
 * verify mode, and once per way activation by activation.
 *
 * <p>Letters: B = 2 samples, T = 4 tokens, D = 8. The input is another one in every pass.
 */
public final class VerifyCampaign {

    private static final int BATCH = 2;
    private static final int REPORT_EVERY = 8;

    private final Consumer<String> out;
    private long states;
    private long passes;
    private long mismatches;
    private long activations;
    private long differing;

    /** A campaign that tells of its progress. */
    public VerifyCampaign(Consumer<String> out) {
        this.out = out;
    }

    /** Compares at least so many states by fingerprint, split evenly over all ways. */
    public List<Finding> run(long wanted) {
        List<StackWay> ways = StackWay.all();
        for (int i = 0; i < ways.size(); i++) {
            // Those that are left share what is left, so that the sum comes out.
            compare(ways.get(i), (wanted - states + ways.size() - i - 1) / (ways.size() - i));
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == ways.size()) {
                out.accept(
                        String.format(
                                Locale.ROOT,
                                "%d of %d ways, %,d states compared, %d mismatches",
                                i + 1,
                                ways.size(),
                                states,
                                mismatches + differing));
            }
        }
        return List.of(
                Finding.of(
                        String.format(
                                Locale.ROOT,
                                "states are rebuilt in backward passes, in %d ways: %s",
                                ways.size(),
                                StackWay.ALL),
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
                Finding.of(
                        "states are rebuilt by the inverse, once in every way that stores and checkpoints no block",
                        "every activation compared by value, 0 mismatches",
                        String.format(
                                Locale.ROOT,
                                "%,d activations compared, %d mismatches",
                                activations,
                                differing),
                        activations > 0 && differing == 0));
    }

    /** At least one pass, so that no way is only named. */
    private void compare(StackWay way, long share) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                ReversibleStack stack = way.stack(manager)) {
            long until = states + share;
            long step = 0;
            do {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    pass(stack, way, manager, step++);
                    states += way.rebuilt();
                    passes++;
                } catch (ReconstructionException e) {
                    mismatches++;
                    out.accept(way + ": " + e.getMessage());
                    return;
                }
            } while (states < until);
            if (way.rebuildsAll()) {
                Reconstruction all =
                        Reconstruction.of(stack, input(manager, 0), context(way, manager), draw(0));
                activations += all.activations();
                differing += all.mismatches();
            }
        }
    }

    private static void pass(ReversibleStack stack, StackWay way, NDManager manager, long step) {
        NDArray x = input(manager, step);
        NDArray y = stack.forward(x, context(way, manager), draw(step));
        // Small, because gradients add up over all passes and must stay finite.
        stack.backward(Autograd.unrecorded(() -> y.mul(1e-6f)));
    }

    private static NDList context(StackWay way, NDManager manager) {
        return way.cross() ? new NDList(input(manager, 1L << 40)) : new NDList();
    }

    private static NDArray input(NDManager manager, long step) {
        Engine.getEngine("PyTorch").setRandomSeed((int) (step * 31 + 7));
        return manager.randomNormal(new Shape(BATCH, StackWay.TOKENS, StackWay.WIDTH));
    }

    private static StepKey draw(long step) {
        return new StepKey(11, step, LongStream.range(0, BATCH).toArray());
    }
}
