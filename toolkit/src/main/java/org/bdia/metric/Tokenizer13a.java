package org.bdia.metric;

import java.util.List;
import java.util.regex.Pattern;

/**
 * The tokenisation of NIST's mteval-v13a for Western languages, which sacreBLEU calls {@code 13a}.
 *
 * <p>Four entities are unescaped; ASCII punctuation is separated, but apostrophes and most hyphens stay inside
 * words, and a period or comma stays between two digits ({@code 1,000.5}); a hyphen is separated after a digit.
 *
 * @see <a href="https://aclanthology.org/W18-6319">Post, 2018, A call for clarity in reporting BLEU scores</a>
 */
final class Tokenizer13a {
    /** All printable ASCII but letters, digits, apostrophe, comma, hyphen and period. */
    private static final Pattern PUNCTUATION = Pattern.compile("[ -&(-+/:-@\\[-`{-~]");

    // Each rule consumes both characters, so that ".,5" is ". ,5" as in mteval: no lookaround here.
    private static final Pattern STOP_AFTER_NON_DIGIT = Pattern.compile("([^0-9])([.,])");
    private static final Pattern STOP_BEFORE_NON_DIGIT = Pattern.compile("([.,])([^0-9])");
    private static final Pattern HYPHEN_AFTER_DIGIT = Pattern.compile("([0-9])-");

    private Tokenizer13a() {}

    /** Returns the text's tokens, case as given. */
    static List<String> tokenize(String text) {
        String line = " " + unescape(text) + " ";
        line = PUNCTUATION.matcher(line).replaceAll(" $0 ");
        line = STOP_AFTER_NON_DIGIT.matcher(line).replaceAll("$1 $2 ");
        line = STOP_BEFORE_NON_DIGIT.matcher(line).replaceAll(" $1 $2");
        line = HYPHEN_AFTER_DIGIT.matcher(line).replaceAll("$1 - ");
        return Whitespace.split(line);
    }

    /** Drops {@code <skipped>}, joins lines and words hyphenated at their end, and unescapes, in this order. */
    private static String unescape(String text) {
        return text.replace("<skipped>", "")
                .replace("-\n", "")
                .replace("\n", " ")
                .replace("&quot;", "\"")
                .replace("&amp;", "&")
                .replace("&lt;", "<")
                .replace("&gt;", ">");
    }
}
