package org.bdia.notebook;

import java.lang.reflect.Array;
import java.util.Locale;

/** An array as Java source writes it, cut where it is long: {@code int[]{1, 2}}. */
final class ArrayText {
    /** The most elements shown of one array. */
    private static final int MOST_ELEMENTS = 20;

    /** The length, in characters, from which on nothing is added. */
    private static final int LONGEST = 400;

    private ArrayText() {}

    /**
     * Returns the text; a cut array ends with its length.
     *
     * @param array an array of any type
     */
    static String of(Object array) {
        var text = new StringBuilder(array.getClass().getSimpleName());
        append(array, text);
        return text.toString();
    }

    private static void append(Object array, StringBuilder text) {
        int length = Array.getLength(array);
        int shown = 0;
        text.append('{');
        while (shown < Math.min(length, MOST_ELEMENTS) && text.length() < LONGEST) {
            text.append(shown == 0 ? "" : ", ");
            var element = Array.get(array, shown);
            if (element != null && element.getClass().isArray()) {
                append(element, text);
            } else if (element instanceof String) {
                text.append('"').append(element).append('"');
            } else {
                text.append(element);
            }
            shown++;
        }
        if (shown < length) {
            text.append(shown == 0 ? "…" : ", …");
        }
        text.append('}');
        if (shown < length) {
            text.append(String.format(Locale.ROOT, " (%,d elements)", length));
        }
    }
}
