package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;

/** Checks a stack on passes of its own, so that a kept one is left alone. */
final class StackCheck {

    private final Branches branches;
    private final Method method;
    private final Execution execution;
    private final int rebuilt;

    /** A check of branches as a stack runs them; of how it differentiates them only which states are rebuilt matters. */
    StackCheck(Branches branches, Method method, Execution execution) {
        this.branches = branches;
        this.method = method;
        this.rebuilt = execution.rebuilt(branches.depth());
        boolean exact = method.exact();
        this.execution =
                Execution.of(exact ? Backprop.REVERSIBLE : Backprop.CHECKPOINT)
                        .withChunkTokens(execution.chunkTokens())
                        .withKernels(execution.kernels());
    }

    StackReport run(NDArray x, NDList context, StepKey draw) {
        List<BranchCheck> checks = Autograd.unrecorded(() -> branches(x, context, draw));
        boolean repeats = checks.stream().allMatch(c -> c.repetition() == 0 && c.recording() == 0);
        if (!repeats || !method.exact()) {
            return new StackReport(checks, null);
        }
        try (var stack = new ReversibleStack(branches, method, execution)) {
            return new StackReport(checks, Reconstruction.of(stack, x, context, draw));
        }
    }

    private List<BranchCheck> branches(NDArray x, NDList context, StepKey draw) {
        List<BranchCheck> checks = new ArrayList<>();
        Step step = Step.of(method, execution.kernels());
        try (var tape = new Tape(x, draw, context, branches.depth(), execution, method)) {
            new ForwardPass(branches, step, execution, tape)
                    .run(
                            x,
                            (k, state) -> {
                                if (k < branches.depth()) {
                                    checks.add(branch(tape, k, state));
                                }
                            });
        }
        return checks;
    }

    /** Checks branch k; of a batch in slices on the first one. */
    private BranchCheck branch(Tape tape, int k, NDArray state) {
        try (NDScope scope = new NDScope()) {
            NDArray x = tape.chunks.of(state, 0);
            NDArray once = RecordedCheck.unrecorded(branches, tape, k, 0, x);
            NDArray again = RecordedCheck.unrecorded(branches, tape, k, 0, x);
            NDArray recorded = RecordedCheck.recorded(branches, tape, k, 0, x);
            DerivativeCheck.Worst worst = new DerivativeCheck(branches, tape, k, x).worst();
            return new BranchCheck(
                    k,
                    branches.block(k).getClass().getSimpleName(),
                    RecordedCheck.difference(once, again),
                    RecordedCheck.difference(again, recorded),
                    k < rebuilt ? 0 : RecordedCheck.rounding(again),
                    worst.error(),
                    worst.direction());
        }
    }
}
