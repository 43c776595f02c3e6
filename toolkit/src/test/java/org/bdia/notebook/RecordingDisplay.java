package org.bdia.notebook;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A display that remembers what it was asked to show. */
final class RecordingDisplay implements Display {

    private final List<MimeBundle> bundles = new CopyOnWriteArrayList<>();
    private final List<String> updated = new CopyOnWriteArrayList<>();

    /** Everything shown, an update as another bundle; the first shown first. */
    List<MimeBundle> bundles() {
        return bundles;
    }

    /** The text of everything shown. */
    List<String> texts() {
        return bundles.stream().map(MimeBundle::text).toList();
    }

    /** The ids of the updates. */
    List<String> updated() {
        return updated;
    }

    @Override
    public String name() {
        return "test";
    }

    @Override
    public void register() {}

    @Override
    public String show(MimeBundle bundle) {
        bundles.add(bundle);
        return "the id";
    }

    @Override
    public void update(String id, MimeBundle bundle) {
        updated.add(id);
        bundles.add(bundle);
    }

    @Override
    public Duration refresh() {
        return Duration.ofMillis(500);
    }
}
