package org.bdia.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** Small random corpora: hypotheses that are damaged copies of a reference. */
record Corpora(List<String> hypotheses, List<List<String>> references) {
    private static final String[] WORDS = {
        "the", "The", "cat", "sat", "on", "a", "mat", "1,000.5", "2-3", "café", "don't", "(hi)",
        "end."
    };

    /** A corpus of that many segments, with one to three references each. */
    static Corpora random(long seed, int segments) {
        Random random = new Random(seed);
        List<String> hypotheses = new ArrayList<>();
        List<List<String>> references = new ArrayList<>();
        for (int i = 0; i < segments; i++) {
            List<String> texts = new ArrayList<>();
            for (int r = random.nextInt(3); r >= 0; r--) {
                texts.add(text(random, 4 + random.nextInt(8)));
            }
            references.add(List.copyOf(texts));
            hypotheses.add(texts.get(0).replace("cat", "dog") + " " + text(random, 2));
        }
        return new Corpora(hypotheses, references);
    }

    /** The same segments, last first. */
    Corpora reversed() {
        List<String> turnedHypotheses = new ArrayList<>();
        List<List<String>> turnedReferences = new ArrayList<>();
        for (int i = hypotheses.size() - 1; i >= 0; i--) {
            turnedHypotheses.add(hypotheses.get(i));
            turnedReferences.add(references.get(i));
        }
        return new Corpora(turnedHypotheses, turnedReferences);
    }

    /** The same segments, each with one reference more. */
    Corpora withReference(String reference) {
        List<List<String>> longer = new ArrayList<>();
        for (List<String> texts : references) {
            List<String> more = new ArrayList<>(texts);
            more.add(reference);
            longer.add(more);
        }
        return new Corpora(hypotheses, longer);
    }

    /** Each segment's first reference alone, scored against itself. */
    Corpora perfect() {
        List<String> firsts = references.stream().map(texts -> texts.get(0)).toList();
        return new Corpora(firsts, firsts.stream().map(List::of).toList());
    }

    private static String text(Random random, int words) {
        return random.ints(words, 0, WORDS.length)
                .mapToObj(i -> WORDS[i])
                .collect(Collectors.joining(" "));
    }
}
