package org.bdia.metric;

import java.util.List;
import java.util.regex.Pattern;

/** The tokeniser of mteval-v13a, which sacreBLEU calls 13a: punctuation apart, but not within numbers. */
final class Tokenizer13a {

    private static final Pattern SYMBOL = Pattern.compile("([{-~\\[-` -&(-+:-@/])");
    private static final Pattern STOP_AFTER_OTHER = Pattern.compile("([^0-9])([.,])");
    private static final Pattern STOP_BEFORE_OTHER = Pattern.compile("([.,])([^0-9])");
    private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

    private Tokenizer13a() {}

    /** The tokens of a sentence; none of an empty one. */
    static List<String> tokens(String sentence) {
        String text =
                sentence.replace("<skipped>", "")
                        .replace("-\n", "")
                        .replace('\n', ' ')
                        .replace("&quot;", "\"")
                        .replace("&amp;", "&")
                        .replace("&lt;", "<")
                        .replace("&gt;", ">");
        text = SYMBOL.matcher(" " + text + " ").replaceAll(" $1 ");
        text = STOP_AFTER_OTHER.matcher(text).replaceAll("$1 $2 ");
        text = STOP_BEFORE_OTHER.matcher(text).replaceAll(" $1 $2");
        text = DASH_AFTER_DIGIT.matcher(text).replaceAll("$1 $2 ").strip();
        return text.isEmpty() ? List.of() : List.of(text.split("\\s+"));
    }
}
