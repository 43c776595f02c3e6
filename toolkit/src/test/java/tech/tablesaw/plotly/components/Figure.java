package tech.tablesaw.plotly.components;

/** The shape of tablesaw-jsplot's figure, which is not on this project's class path. */
public final class Figure {
    /**
     * Returns what version 0.44 makes of a scatter plot.
     *
     * @param divName the id of the element to draw it in
     */
    public String asJavascript(String divName) {
        return """
               <script>
                   var target_%1$s = document.getElementById('%1$s');
                   var layout = { title: 'a </script> in a string' };
                   var data = [{ x: ["1.0"], y: ["3.0"], type: 'scatter' }];
               Plotly.newPlot(target_%1$s, data, layout);            </script>
               """
                .formatted(divName);
    }
}
