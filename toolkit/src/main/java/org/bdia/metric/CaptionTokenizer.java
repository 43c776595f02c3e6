package org.bdia.metric;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A simple tokeniser for ROUGE-L and CIDEr; coco-caption uses Stanford's PTB tokeniser.
 *
 * <p>Lower-cases; keeps hyphenated words, numbers with inner {@code . , :} and dotted abbreviations ({@code u.s.})
 * whole; splits English contractions ({@code do n't}, {@code it 's}); every other mark is one token; drops
 * the punctuation that coco-caption drops: quotes, round and curly brackets, and {@code . ? ! , : ; - …}.
 *
 * <p>Unlike Stanford's it does not unify British with American spelling, and knows no lists of abbreviations.
 */
final class CaptionTokenizer {
    private static final String ALPHANUMERIC = "[\\p{L}\\p{M}\\p{N}]";
    private static final String CLITIC = "(?:n't|'(?:s|m|d|re|ve|ll))(?!" + ALPHANUMERIC + ")";

    private static final Pattern CONTRACTION =
            Pattern.compile("(?<=" + ALPHANUMERIC + ")" + CLITIC);

    private static final String ABBREVIATION = "(?:\\p{L}\\.){2,}";
    private static final String JOINT = "(?:[-']|(?<=\\p{N})[.,:](?=\\p{N}))";
    private static final String WORD = ALPHANUMERIC + "+(?:" + JOINT + ALPHANUMERIC + "+)*";

    private static final Pattern TOKEN =
            Pattern.compile(
                    String.join("|", CLITIC, ABBREVIATION, WORD, "\\S"),
                    Pattern.UNICODE_CHARACTER_CLASS);

    private static final String DROPPED = ".?!,:;-–—…'`\"‘“”(){}";

    private CaptionTokenizer() {}

    /** Returns the text's tokens, lower-cased, without punctuation. */
    static List<String> tokenize(String text) {
        String plain = text.toLowerCase(Locale.ROOT).replace('’', '\'');
        return TOKEN.matcher(CONTRACTION.matcher(plain).replaceAll(" $0"))
                .results()
                .map(MatchResult::group)
                .filter(token -> !DROPPED.contains(token))
                .toList();
    }
}
