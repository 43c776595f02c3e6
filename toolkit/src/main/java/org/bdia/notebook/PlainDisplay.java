package org.bdia.notebook;

import java.io.PrintStream;
import java.time.Duration;

/** No kernel: text, line by line, as a log wants it. */
final class PlainDisplay implements Display {
    private final PrintStream out;

    PlainDisplay(PrintStream out) {
        this.out = out;
    }

    @Override
    public String name() {
        return "none, plain text";
    }

    @Override
    public void register() {
        // Nobody asks a stream how to show a figure.
    }

    @Override
    public String show(MimeBundle bundle) {
        out.println(bundle.text());
        return "";
    }

    /** What is printed stays: an update is a new line. */
    @Override
    public void update(String id, MimeBundle bundle) {
        out.println(bundle.text());
    }

    @Override
    public Duration refresh() {
        return Duration.ofSeconds(10);
    }
}
