package org.bdia.metric;

import java.util.List;
import java.util.regex.Pattern;

/** Text split at white space: Unicode's, and the four ASCII separators U+001C … U+001F. */
final class Whitespace {
    private static final Pattern RUN =
            Pattern.compile("[\\s\\x1c-\\x1f]+", Pattern.UNICODE_CHARACTER_CLASS);

    private Whitespace() {}

    /** Returns the words, none of them empty. */
    static List<String> split(String text) {
        return RUN.splitAsStream(text).filter(word -> !word.isEmpty()).toList();
    }
}
