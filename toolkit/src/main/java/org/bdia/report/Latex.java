package org.bdia.report;

import java.util.regex.Pattern;

/** LaTeX's special characters. */
final class Latex {
    private static final Pattern MINUS = Pattern.compile("(?<![\\w.+-])-(?=[\\d.])");

    private Latex() {}

    /**
     * The text as LaTeX prints it, with the few mathematical signs that our tables use; a negative number's hyphen
     * becomes a minus.
     */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        MINUS.matcher(text).replaceAll("−").codePoints().forEach(c -> escaped.append(escape(c)));
        return escaped.toString();
    }

    private static String escape(int character) {
        return switch (character) {
            case '\\' -> "\\textbackslash{}";
            case '~' -> "\\textasciitilde{}";
            case '^' -> "\\textasciicircum{}";
            case '<' -> "\\textless{}";
            case '>' -> "\\textgreater{}";
            case '&', '%', '$', '#', '_', '{', '}' -> "\\" + Character.toString(character);
            case '±' -> "$\\pm$";
            case '−' -> "$-$";
            case '≤' -> "$\\le$";
            case '≥' -> "$\\ge$";
            case '×' -> "$\\times$";
            case 'γ' -> "$\\gamma$";
            case '–' -> "--";
            case '\n' -> " ";
            default -> Character.toString(character);
        };
    }
}
