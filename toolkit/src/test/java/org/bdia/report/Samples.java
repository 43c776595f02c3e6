package org.bdia.report;

import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.Provenance;

/** Small inputs that several tests share. */
public final class Samples {
    public static final Provenance REAL = new Provenance("CIFAR-10", "five files", false, "ab12");
    public static final Provenance STAND_IN = new Provenance("noise", "generated", true, "cd34");

    private Samples() {}

    public static Caption caption(Provenance... data) {
        return Caption.of(List.of(data), Profile.SMOKE, List.of(0L, 1L), "two cores");
    }

    /** An exact curve beside one that drifts, on a logarithmic axis. */
    public static Figure exactness(String title) {
        double[] depth = {1, 2, 3, 4};
        return new Figure(
                title,
                Axis.linear("depth"),
                Axis.log("error"),
                List.of(
                        Series.Line.of("bdia", depth, new double[] {0, 0, 0, 0}),
                        Series.Line.of("bdia-float", depth, new double[] {1e-7, 1e-6, 1e-5, 1e-4})),
                caption(REAL));
    }

    /** A run's configuration on generated images. */
    static RunConfig run(Method method, Backprop backprop, long seed) {
        return new RunConfig(
                new TaskConfig.Images(Cifar.Kind.CIFAR_10, 50, 10, 10, true, 0, true),
                VitConfig.smoke(),
                method,
                backprop,
                true,
                TrainConfig.of(2, 10, 1e-3),
                seed);
    }

    public static Result row(String method, long seed, String metric, double value) {
        return new Result("cifar10", method, "store", seed, 6, 0.5, "trained", metric, value);
    }
}
