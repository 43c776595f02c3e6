package org.bdia.notebook;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * Output in IJava.
 *
 * <p>IJava has no extensions: {@link Notebook#init} installs this display.
 */
record IJavaDisplay(BaseKernel kernel, Function<Object, MimeBundle> bundles) implements Display {
    /**
     * Returns the display of this process's IJava kernel; empty without one.
     *
     * @throws NoClassDefFoundError if IJava's base library is not on the class path
     */
    static Optional<Display> running(Function<Object, MimeBundle> bundles) {
        return kernel("io.github.spencerpark.ijava.IJava")
                .map(kernel -> new IJavaDisplay(kernel, bundles));
    }

    /**
     * Returns the kernel that a class with IJava's static {@code getKernelInstance()} holds.
     *
     * <p>By reflection, because IJava is not published where a build could compile against it; its base library, which is,
     * does not know which kernel runs.
     */
    static Optional<BaseKernel> kernel(String holder) {
        try {
            Object kernel = Class.forName(holder).getMethod("getKernelInstance").invoke(null);
            return Optional.ofNullable((BaseKernel) kernel);
        } catch (ClassNotFoundException noIJava) {
            return Optional.empty();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalStateException(
                    holder
                            + " is on the class path, but its getKernelInstance() returns no kernel of"
                            + " jupyter-jvm-basekernel 2: this version of IJava is not supported; use IJava 1.3, or"
                            + " the kernel of: ci/bdia kernel install",
                    e);
        }
    }

    @Override
    public String name() {
        return "IJava";
    }

    @Override
    public void register() {
        kernel.getRenderer()
                .createRegistration(Object.class)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.ANY)
                .register(this::render);
    }

    @Override
    public String show(MimeBundle bundle) {
        String id = UUID.randomUUID().toString();
        kernel.display(data(id, bundle));
        return id;
    }

    @Override
    public void update(String id, MimeBundle bundle) {
        kernel.getIO().display.updateDisplay(data(id, bundle));
    }

    private void render(Object value, RenderContext context) {
        DisplayData out = context.getOutputContainer();
        if (!out.hasDataForType(MIMEType.TEXT_PLAIN)) {
            bundles.apply(value).data().forEach(out::putData);
        }
    }

    private static DisplayData data(String id, MimeBundle bundle) {
        DisplayData data = new DisplayData();
        bundle.data().forEach(data::putData);
        data.setDisplayId(id);
        return data;
    }
}
