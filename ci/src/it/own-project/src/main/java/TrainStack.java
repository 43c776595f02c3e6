import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.train.Optimizer;

/** Trains a stack of six branches to map every state to zero; fails unless it learns and is reversed exactly. */
public final class TrainStack {

    private static final int STEPS = 30;

    private TrainStack() {}

    public static void main(String[] args) {
        try (NDManager manager = NDManager.newBaseManager()) {
            manager.getEngine().setRandomSeed(0);
            List<Block> branches = new ArrayList<>();
            for (int k = 0; k < 6; k++) {
                Block branch =
                        new SequentialBlock()
                                .add(LayerNorm.builder().axis(2).build())
                                .add(Linear.builder().setUnits(64).build());
                branch.initialize(manager, DataType.FLOAT32, new Shape(1, 16, 64));
                branches.add(branch);
            }
            NDArray x = manager.randomNormal(new Shape(3, 16, 64));
            float first = Float.NaN;
            float last = Float.NaN;
            try (var stack =
                            ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);
                    var optimizer =
                            Optimizer.of(
                                    OptimizerConfig.adamW(0.05),
                                    manager,
                                    new SequentialBlock().addAll(branches))) {
                var report = stack.check(x);
                if (!report.passes()) {
                    throw new AssertionError(report.toString());
                }
                for (int step = 0; step < STEPS; step++) {
                    NDArray y = stack.forward(x, new StepKey(0, step, new long[] {0, 1, 2}));
                    last = y.square().mean().getFloat();
                    first = step == 0 ? last : first;
                    stack.backward(y);
                    optimizer.update(1e-3);
                    optimizer.zeroGradients();
                }
            }
            System.out.println("mean square " + first + " before, " + last + " after training");
            if (!(last < 0.8 * first)) {
                throw new AssertionError("the stack did not learn");
            }
        }
    }
}
