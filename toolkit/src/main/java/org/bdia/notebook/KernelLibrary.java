package org.bdia.notebook;

import java.util.Optional;
import java.util.function.Function;

/** The libraries that Java kernels are built on, each with the display that speaks to it. */
enum KernelLibrary {
    /** Under JJava and our own kernel. */
    JJAVA {
        @Override
        Optional<Display> running(Function<Object, MimeBundle> bundles) {
            return JJavaDisplay.running(bundles);
        }
    },

    /** Under IJava. */
    IJAVA {
        @Override
        Optional<Display> running(Function<Object, MimeBundle> bundles) {
            return IJavaDisplay.running(bundles);
        }
    };

    /** The display of the kernel that this process is, if it is one of this library's. */
    abstract Optional<Display> running(Function<Object, MimeBundle> bundles);

    /** The display of the kernel that this process is; plain text where it is none. */
    static Display detect(Function<Object, MimeBundle> bundles) {
        for (KernelLibrary library : values()) {
            try {
                Optional<Display> display = library.running(bundles);
                if (display.isPresent()) {
                    return display.get();
                }
            } catch (NoClassDefFoundError absent) {
                // No kernel can run on a library that is not there: the next one is asked.
            }
        }
        return new PlainDisplay(System.out);
    }
}
