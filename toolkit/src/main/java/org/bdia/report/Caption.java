package org.bdia.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bdia.data.Provenance;

/**
 * On which data, profile, seeds and hardware something was made: the line under every figure.
 *
 * @param data the data used, at least one
 * @param profile the profile it was made under, empty where it was none or is not known
 * @param seeds the seeds, in the words of the caption, for example {@code seeds 0, 1, 2}
 * @param hardware the machine, for example {@code Xeon 8375C, 2 cores}
 */
public record Caption(
        List<Provenance> data, Optional<Profile> profile, String seeds, String hardware) {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if a part is missing
     */
    public Caption {
        data = List.copyOf(data);
        if (data.isEmpty()) {
            throw new IllegalArgumentException(
                    "a caption names the data a figure was made on, but the list is empty");
        }
        if (seeds.isBlank() || hardware.isBlank()) {
            throw new IllegalArgumentException(
                    "a caption names seeds and hardware, found '"
                            + seeds
                            + "', '"
                            + hardware
                            + "'");
        }
    }

    /** Creates a caption of something made under a profile. */
    public Caption(List<Provenance> data, Profile profile, String seeds, String hardware) {
        this(data, Optional.of(profile), seeds, hardware);
    }

    /** Returns a caption for numbered seeds. */
    public static Caption of(
            List<Provenance> data, Profile profile, List<Long> seeds, String hardware) {
        return of(data, Optional.of(profile), seeds, hardware);
    }

    static Caption of(
            List<Provenance> data, Optional<Profile> profile, List<Long> seeds, String hardware) {
        return new Caption(data, profile, words(seeds), hardware);
    }

    /**
     * Returns the caption of means over seeds, which says what the bands around them are, if there is one, and where a mean ends
     * before some of its seeds.
     */
    public Caption ofMeans(List<Curve> curves, List<Series> means) {
        boolean banded =
                means.stream()
                        .anyMatch(s -> s instanceof Series.Line line && !line.low().isEmpty());
        boolean cut =
                curves.stream()
                        .anyMatch(
                                curve ->
                                        means.stream()
                                                .anyMatch(
                                                        mean ->
                                                                mean.name().equals(curve.method())
                                                                        && mean.x().size()
                                                                                < curve.x()
                                                                                        .size()));
        String how = ": mean, band ± 1 std" + (cut ? ", as far as every seed goes" : "");
        return banded ? new Caption(data, profile, seeds + how, hardware) : this;
    }

    /** Returns whether any of the data are synthetic. */
    public boolean synthetic() {
        return data.stream().anyMatch(Provenance::synthetic);
    }

    /** Returns the whole line; generated data are called synthetic whatever their name says. */
    public String text() {
        String names =
                data.stream()
                        .map(d -> d.synthetic() ? "synthetic data: " + d.name() : d.name())
                        .collect(Collectors.joining("; "));
        String made = profile.map(p -> " · profile " + p.label()).orElse("");
        return names + made + " · " + seeds + " · " + hardware;
    }

    private static String words(List<Long> seeds) {
        if (seeds.isEmpty()) {
            return "no seed";
        }
        return (seeds.size() == 1 ? "seed " : "seeds ")
                + seeds.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
