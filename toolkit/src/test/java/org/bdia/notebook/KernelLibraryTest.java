package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user's class path may lack either kernel's library, or both. */
class KernelLibraryTest {
    private static final String JJAVA = "org.dflib.jjava.";
    private static final String IJAVA = "io.github.spencerpark.";

    @ParameterizedTest
    @ValueSource(strings = {"", JJAVA, IJAVA, JJAVA + " " + IJAVA})
    void withoutAKernelNotebooksPrintText(String absent) throws Exception {
        List<String> hidden = absent.isEmpty() ? List.of() : List.of(absent.split(" "));
        URL classes = Notebook.class.getProtectionDomain().getCodeSource().getLocation();
        try (var loader = new URLClassLoader(new URL[] {classes}, new Without(hidden))) {
            Class<?> notebook = loader.loadClass(Notebook.class.getName());
            assertThat(notebook.getClassLoader()).isSameAs(loader);
            assertThat((String) notebook.getMethod("init", String.class).invoke(null, "x"))
                    .contains("kernel   none, plain text");
        }
    }

    /** This test's class path without some packages, and with the notebook's own left to the child. */
    private static final class Without extends ClassLoader {
        private final List<String> hidden;

        Without(List<String> hidden) {
            super(KernelLibraryTest.class.getClassLoader());
            this.hidden = hidden;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.bdia.notebook.")
                    || hidden.stream().anyMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            return super.loadClass(name, resolve);
        }
    }
}
