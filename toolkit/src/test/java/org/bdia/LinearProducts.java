package org.bdia;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Has the models of a test multiply by {@code linear} on every processor. */
public final class LinearProducts implements BeforeEachCallback, AfterEachCallback {

    private static final String PROPERTY = "bdia.products";

    @Override
    public void beforeEach(ExtensionContext context) {
        System.setProperty(PROPERTY, "linear");
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.clearProperty(PROPERTY);
    }
}
