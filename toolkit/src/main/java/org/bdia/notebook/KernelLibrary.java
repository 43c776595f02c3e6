package org.bdia.notebook;

import java.util.Optional;
import java.util.function.Function;

/** The libraries that Java kernels are built on, each with its display. */
enum KernelLibrary {
    /** The library of JJava and the toolkit's own kernel. */
    JJAVA {
        @Override
        Optional<Display> running(Function<Object, MimeBundle> bundles) {
            return JJavaDisplay.running(bundles);
        }
    },

    /** The library of IJava. */
    IJAVA {
        @Override
        Optional<Display> running(Function<Object, MimeBundle> bundles) {
            return IJavaDisplay.running(bundles);
        }
    };

    /** Returns the display of this process's kernel; empty if it is not built on this library. */
    abstract Optional<Display> running(Function<Object, MimeBundle> bundles);

    /** Returns the display of this process's kernel; plain text without one. */
    static Display detect(Function<Object, MimeBundle> bundles) {
        for (KernelLibrary library : values()) {
            try {
                Optional<Display> display = library.running(bundles);
                if (display.isPresent()) {
                    return display.get();
                }
            } catch (NoClassDefFoundError absent) {
                // No kernel runs on a library that is absent.
            }
        }
        return new PlainDisplay(System.out);
    }
}
