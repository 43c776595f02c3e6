package org.bdia.nn;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.bdia.config.Precision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Selects the kernel of a branch for each class of shapes: the fused one where it agrees with its plain twin, else the plain one.
 *
 * <p>A class consists of the shapes with the same batch size, mask, dropout, precision, device and number of threads, and the same
 * number of tokens once rounded up to a power of two; use with gradients and use without them are two classes. The first shape of a class that is used is
 * checked, at that very shape, on an input that is a function of the shape alone: see {@link KernelCheck} for what is
 * compared. So a model whose shapes are few has each of them checked or one of half to twice its tokens; what is
 * assumed is that a kernel which is right for one number of tokens is right for the others of its class. Batch sizes are not
 * rounded, since kernels divide the work among threads by them.
 *
 * <p>Forward passes and recomputations in training are one class, and so always use the same kernel. A refusal holds for both uses of
 * the class. The blocks of a model share one selector. Belongs to one thread.
 */
public final class KernelSelector {

    private static final Logger LOG = LoggerFactory.getLogger(KernelSelector.class);

    private final boolean checks;
    private final Map<KernelShape, Boolean> checked = new HashMap<>();
    private final Set<String> refused = new LinkedHashSet<>();
    private Consumer<List<String>> listener = shapes -> {};

    /** Creates a selector that has checked nothing yet. */
    public KernelSelector() {
        this(true);
    }

    private KernelSelector(boolean checks) {
        this.checks = checks;
    }

    /** Creates a selector that uses every fused kernel unchecked, for those who measure what the kernels compute. */
    public static KernelSelector unchecked() {
        return new KernelSelector(false);
    }

    /** The largest difference between the kernels, relative to the plain one's largest value, that is rounding. */
    public static double tolerance(Precision precision) {
        return precision == Precision.FLOAT32 ? 1e-4 : 3e-2;
    }

    /** Returns the classes of shapes whose fused kernel is not used, by name, in the order in which they were refused. */
    public List<String> refused() {
        return List.copyOf(refused);
    }

    /**
     * Refuses the fused kernels of classes of shapes without checking them, so that a resumed run computes what it computed before.
     *
     * @param shapes as {@link #refused} returned them
     */
    public void refuse(Collection<String> shapes) {
        refused.addAll(shapes);
        checked.clear();
    }

    /**
     * Sets the listener that is called when a check refuses a kernel, in place of the one before.
     *
     * @param value called with all that is {@link #refused}
     */
    public void onRefusal(Consumer<List<String>> value) {
        listener = value;
    }

    /**
     * Returns whether the fused kernel of a shape may be used.
     *
     * @param difference compares the two kernels; called if the shape's class is new
     */
    boolean allows(KernelShape shape, ToDoubleFunction<KernelShape> difference) {
        KernelShape type = shape.largestOfClass();
        Boolean known = checked.get(type);
        if (known != null) {
            return known;
        }
        boolean allowed =
                !refused.contains(shape.label()) && (!checks || agrees(shape, difference));
        checked.put(type, allowed);
        return allowed;
    }

    private boolean agrees(KernelShape shape, ToDoubleFunction<KernelShape> difference) {
        double found = difference.applyAsDouble(shape);
        double tolerance = tolerance(shape.precision());
        if (found <= tolerance) { // NaN is not
            return true;
        }
        refused.add(shape.label());
        checked.keySet().removeIf(known -> known.label().equals(shape.label())); // of the other use
        LOG.warn(
                "the fused kernel is wrong on this machine for {} at {} tokens with {} threads: it differs from the plain one"
                        + " by {} of the largest value, more than {}; the plain kernel is used instead, which is slower",
                shape.label(),
                shape.tokens(),
                shape.threads(),
                found,
                tolerance);
        listener.accept(refused());
        return false;
    }
}
