package org.bdia.report;

/** HTML's special characters. */
public final class Html {
    private Html() {}

    /** Returns the text as HTML shows it, safe as content and inside a quoted attribute. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
