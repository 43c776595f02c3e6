package org.bdia.metric;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The words that ROUGE-L and CIDEr count: lower case, without punctuation.
 *
 * <p>The published pipeline takes the Penn Treebank tokeniser and drops its punctuation tokens; here the 13a tokeniser
 * takes its place, which differs in contractions such as <i>it's</i>, so that scores may differ a little.
 */
final class Words {

    private static final Set<String> PUNCTUATION =
            Set.of(
                    "''", "'", "``", "`", "\"", "(", ")", "{", "}", ".", "?", "!", ",", ":", "-",
                    "--", "...", ";");

    private Words() {}

    static List<String> of(String sentence) {
        return Tokenizer13a.tokens(sentence.toLowerCase(Locale.ROOT)).stream()
                .filter(token -> !PUNCTUATION.contains(token))
                .toList();
    }
}
