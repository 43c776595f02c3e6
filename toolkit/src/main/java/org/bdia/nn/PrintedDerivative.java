package org.bdia.nn;

import java.util.List;
import org.bdia.config.Activation;

/**
 * The formulas for f′ as the paper prints them, in TorchScript: from u = y and z = max(y − m, 0), side = 1 for x &lt; T, else 0, the incoming
 * gradient g, to inner = g f′.
 *
 * @see <a href="https://arxiv.org/abs/2407.15545">Novikov, Oseledets, 2024</a>
 */
final class PrintedDerivative {

    private static final List<String> GELU =
            List.of(
                    "root = torch.sqrt(z)",
                    "t = torch.clamp(torch.div(z, 0.16997120747990369), 0, 1)",
                    "left = torch.mul(torch.pow(t, 0.44236329315571304),"
                            + " torch.pow(torch.rsub(t, 1), 0.8312705290392689))",
                    "below = torch.rsub(torch.mul(left, 0.2964121012745849), 0.0012176597919768537)",
                    "cube = torch.pow(torch.rsub(z, -2.1198850898439496), 3)",
                    "decay = torch.exp(torch.mul(cube, 0.03214673676937606))",
                    "front = torch.add(torch.add(torch.mul(root, 1.5584201843500274),"
                            + " torch.mul(z, 0.04404574801811055)), -1.383717971214795)",
                    "upper = torch.add(torch.mul(front, decay), 1)",
                    "inner = torch.mul(g, torch.lerp(upper, below, side))");

    private static final List<String> SILU =
            List.of(
                    "root = torch.sqrt(z)",
                    "slope = torch.add(torch.mul(z, 0.3574942048593756), 0.07963139766917564)",
                    "below = torch.add(torch.add(torch.mul(slope, z), 0.21717700759576886),"
                            + " torch.mul(root, -0.5076843705082636))",
                    "cube = torch.pow(torch.rsub(z, -5.770613302664509), 3)",
                    "decay = torch.exp(torch.mul(cube, 0.0026961639850448835))",
                    "front = torch.add(torch.add(torch.mul(root, 0.8485896470316523),"
                            + " torch.mul(z, -0.16299051259510922)), -1.3108564021309803)",
                    "upper = torch.add(torch.mul(front, decay), 1)",
                    "quotient = torch.lerp(upper, below, side)",
                    "finite = torch.clamp(u, None, LAST)",
                    "slope = torch.add(torch.mul(quotient, torch.rsub(finite, 1)), finite)",
                    "inner = torch.mul(g, slope)");

    private PrintedDerivative() {}

    /**
     * The lines for a function.
     *
     * @throws IllegalArgumentException if the paper prints none
     */
    static List<String> of(Activation.Function function) {
        return switch (function) {
            case GELU -> GELU;
            case SILU -> SILU;
            case GELU_TANH, RELU, LEAKY_RELU ->
                    throw new IllegalArgumentException(
                            "the paper prints no formula for " + function);
        };
    }
}
