package org.bdia.notebook;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.bdia.report.Figure;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.RenderContext;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import tech.tablesaw.api.Table;

/** A kernel built on JJava's base library: our own, and JJava itself. */
final class JJavaDisplay implements Display {
    // DisplayData's constant of that value is private in some versions of the library.
    private static final String DISPLAY_ID = "display_id";

    private final BaseKernel kernel;
    private final Function<Object, MimeBundle> bundles;

    JJavaDisplay(BaseKernel kernel, Function<Object, MimeBundle> bundles) {
        this.kernel = kernel;
        this.bundles = bundles;
    }

    /**
     * The kernel of this library that this process is, if it is one.
     *
     * @throws NoClassDefFoundError if the library is not on the class path
     */
    static Optional<Display> running(Function<Object, MimeBundle> bundles) {
        try {
            return Optional.of(new JJavaDisplay(BaseKernel.notebookKernel(), bundles));
        } catch (NullPointerException noKernel) {
            // This is how the library says that no kernel runs; it has no other way to ask.
            return Optional.empty();
        }
    }

    @Override
    public String name() {
        return kernel.getName();
    }

    @Override
    public void register() {
        register(Figure.class);
        register(Table.class);
        register(MimeBundle.class);
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

    @Override
    public Duration refresh() {
        return Duration.ofMillis(500);
    }

    private <T> void register(Class<T> type) {
        kernel.getRenderer()
                .createRegistration(type)
                .preferring(MIMEType.TEXT_HTML)
                .supporting(MIMEType.ANY)
                .register(this::render);
    }

    /** Registered twice, as an extension and by a cell, the kernel asks twice: once is enough. */
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
