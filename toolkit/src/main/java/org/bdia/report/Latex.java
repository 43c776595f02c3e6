package org.bdia.report;

/** LaTeX's special characters. */
final class Latex {
    private Latex() {}

    /** The text as LaTeX prints it, with the few mathematical signs that our tables use. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> escaped.append(escape(c)));
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
