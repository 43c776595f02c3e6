package org.bdia;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has the models of a test multiply in one way on every processor. */
public abstract sealed class ChosenProducts implements BeforeEachCallback, AfterEachCallback {

    static final String PROPERTY = "bdia.products";

    private final String products;

    private ChosenProducts(String products) {
        this.products = products;
    }

    /** By {@code linear}. */
    public static final class Linear extends ChosenProducts {
        /** For JUnit. */
        public Linear() {
            super("linear");
        }
    }

    /** By inner products. */
    public static final class Inner extends ChosenProducts {
        /** For JUnit. */
        public Inner() {
            super("inner");
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        System.setProperty(PROPERTY, products);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.clearProperty(PROPERTY);
    }
}
