package org.bdia.notebook;

import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/** Output in kernels built on JJava's base library: JJava and the toolkit's own. */
record JJavaDisplay(BaseKernel kernel, Function<Object, MimeBundle> bundles) implements Display {
    // DisplayData's constant of that value is private in some versions of the library.
    private static final String DISPLAY_ID = "display_id";

    /**
     * Returns the display of this process's kernel; empty without one.
     *
     * @throws NoClassDefFoundError if the library is not on the class path
     */
    static Optional<Display> running(Function<Object, MimeBundle> bundles) {
        try {
            return Optional.of(new JJavaDisplay(BaseKernel.notebookKernel(), bundles));
        } catch (NullPointerException noKernel) {
            // The library has no other way to ask whether a kernel runs.
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return kernel.getName();
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

    /** Renders once, though a kernel with both the extension and an init cell asks twice. */
    private void render(Object value, RenderContext context) {
        DisplayData out = context.getOutputContainer();
        if (!out.hasDataForType(MIMEType.TEXT_PLAIN)) {
            bundles.apply(value).data().forEach(out::putData);
        }
    }

    private static DisplayData data(String id, MimeBundle bundle) {
        DisplayData data = new DisplayData();
        bundle.data().forEach(data::putData);
        data.putTransientData(DISPLAY_ID, id);
        return data;
    }
}
