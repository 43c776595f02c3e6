package org.bdia.notebook;

import java.io.PrintStream;
import java.time.Duration;

/** Output without a kernel: lines of text, as in a log. */
record PlainDisplay(PrintStream out) implements Display {

    @Override
    public String name() {
        return "none, plain text";
    }

    @Override
    public void register() {
        // A stream has no renderers.
    }

    @Override
    public String show(MimeBundle bundle) {
        out.println(bundle.text());
        return "";
    }

    /** Prints a new line: printed text cannot be replaced. */
    @Override
    public void update(String id, MimeBundle bundle) {
        out.println(bundle.text());
    }

    @Override
    public Duration refresh() {
        return Duration.ofSeconds(10);
    }
}
