package org.bdia.notebook;

import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;

/** Service that a starting kernel loads, so that {@code display(figure)} works without an init cell. */
public final class JJavaExtension implements Extension {
    @Override
    public void install(BaseKernel kernel) {
        Notebook.attach(bundles -> new JJavaDisplay(kernel, bundles));
    }

    @Override
    public void uninstall(BaseKernel kernel) {
        Notebook.detach();
    }
}
