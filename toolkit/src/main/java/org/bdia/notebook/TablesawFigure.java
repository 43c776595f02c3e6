package org.bdia.notebook;

/**
 * A figure of tablesaw-jsplot, which a user may have on the class path; the toolkit does not need it.
 *
 * @param figure a {@code tech.tablesaw.plotly.components.Figure}
 */
record TablesawFigure(Object figure) {
    private static final String TYPE = "tech.tablesaw.plotly.components.Figure";

    /** Returns whether a value is such a figure, whichever class loader brought it. */
    static boolean is(Object value) {
        return value != null && value.getClass().getName().equals(TYPE);
    }

    /**
     * Returns the statements that draw it.
     *
     * @param place the id of the element to draw it in, a name in JavaScript, too
     * @throws IllegalStateException if it is of a version that makes no JavaScript
     */
    String script(String place) {
        try {
            var html =
                    (String)
                            figure.getClass()
                                    .getMethod("asJavascript", String.class)
                                    .invoke(figure, place);
            // Within a string, JavaScript reads the escape as what it replaces.
            return html.strip()
                    .replaceAll("^<script>|</script>$", "")
                    .strip()
                    .replace("</", "<\\/");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "cannot show this " + TYPE + ", made for tablesaw-jsplot 0.44: " + e, e);
        }
    }
}
