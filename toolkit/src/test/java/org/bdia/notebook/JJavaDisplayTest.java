package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.bdia.report.Profile;
import org.bdia.report.Samples;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.dflib.jjava.jupyter.messages.ContentType;
import org.dflib.jjava.jupyter.messages.publish.PublishUpdateDisplayData;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class JJavaDisplayTest {
    private final TestKernel kernel = new TestKernel();

    @AfterEach
    void stop() {
        kernel.onShutdown(false);
    }

    @Test
    void aStartingKernelFindsTheExtensionAndRendersFigures() {
        assertThat(ServiceLoader.load(Extension.class))
                .hasAtLeastOneElementOfType(JJavaExtension.class);
        kernel.onStartup();
        DisplayData figure = kernel.getRenderer().render(Samples.exactness("errors"));
        assertThat((String) figure.getData(MIMEType.TEXT_HTML)).contains("Plotly.newPlot");
        assertThat((String) figure.getData(MIMEType.IMAGE_PNG)).startsWith("iVBOR");
        assertThat((String) figure.getData(MIMEType.TEXT_PLAIN)).contains("errors");
        Table table = Table.create("losses", StringColumn.create("method", "bdia"));
        assertThat((String) kernel.getRenderer().render(table).getData(MIMEType.TEXT_HTML))
                .contains("<caption");
    }

    @Test
    void valuesOfCellsAreShownWhateverTheirClass() {
        kernel.onStartup();
        var renderer = kernel.getRenderer();
        var plot = renderer.render(new tech.tablesaw.plotly.components.Figure());
        assertThat(html(plot)).contains("DecompressionStream", "Plotly.newPlot");
        assertThat(html(renderer.render(Samples.exactness("errors"))))
                .as("the page has plotly.js now")
                .doesNotContain("DecompressionStream");
        assertThat((String) renderer.render(new int[] {1, 2}).getData(MIMEType.TEXT_PLAIN))
                .isEqualTo("int[]{1, 2}");
        var list = renderer.render(List.of(1));
        assertThat((String) list.getData(MIMEType.TEXT_PLAIN)).isEqualTo("[1]");
        assertThat(list.hasDataForType(MIMEType.TEXT_HTML)).isFalse();
    }

    /** The user's own renderer of a class. */
    @Test
    void aRegisteredClassKeepsItsRenderer() {
        kernel.onStartup();
        kernel.getRenderer()
                .createRegistration(java.util.BitSet.class)
                .preferring(MIMEType.TEXT_PLAIN)
                .register(
                        (value, context) ->
                                context.renderIfRequested(MIMEType.TEXT_PLAIN, () -> "mine"));
        assertThat(
                        (String)
                                kernel.getRenderer()
                                        .render(new java.util.BitSet())
                                        .getData(MIMEType.TEXT_PLAIN))
                .isEqualTo("mine");
    }

    @Test
    void onlyTheFirstFigureBringsPlotlyWhoeverShowsIt() {
        kernel.onStartup();
        Notebook.init("01-exactness");
        Notebook.show(Samples.exactness("first"));
        DisplayData second = kernel.getRenderer().render(Samples.exactness("second"));
        assertThat(html(kernel.shown.get(0))).contains("DecompressionStream");
        assertThat(html(second)).doesNotContain("DecompressionStream");
    }

    /** The output that brought it is gone: its cell was run again, or its page closed. */
    @Test
    void aPageThatHasLostPlotlyGetsItAgain() {
        kernel.onStartup();
        kernel.getRenderer().render(Samples.exactness("first"));
        Notebook.init("01-exactness");
        DisplayData later = kernel.getRenderer().render(Samples.exactness("later"));
        assertThat(html(later)).contains("DecompressionStream");
    }

    @Test
    void registeredTwiceAFigureIsRenderedOnce() {
        kernel.onStartup();
        new JJavaExtension().install(kernel);
        DisplayData figure = kernel.getRenderer().render(Samples.exactness("errors"));
        assertThat(html(figure)).contains("DecompressionStream");
    }

    @Test
    void whatIsShownHasAnIdToUpdateItBy() {
        kernel.onStartup();
        Display display = new JJavaDisplay(kernel, MimeBundle::of);
        String id = display.show(MimeBundle.of("half"));
        assertThat(kernel.shown.get(0).getDisplayId()).isEqualTo(id).isNotBlank();
        assertThat(display.show(MimeBundle.of("half"))).isNotEqualTo(id);
    }

    @Test
    void progressMovesInPlace() {
        kernel.onStartup();
        Progress progress = Notebook.progress("train");
        progress.update(0, 10, "");
        progress.update(10, 10, "loss 1.2");
        assertThat(kernel.shown).hasSize(1);
        assertThat(kernel.updated).hasSize(1);
        assertThat(kernel.updated.get(0).getDisplayId())
                .isEqualTo(kernel.shown.get(0).getDisplayId())
                .isNotBlank();
        assertThat(html(kernel.updated.get(0))).contains("loss 1.2");
    }

    @Test
    void aCellIsToldWhereItRuns() {
        assertThat(Notebook.init("01-exactness"))
                .contains("01-exactness", "kernel   none", "java     ")
                .contains("profile  " + Profile.fromEnvironment().label());
        Notebook.detach();
        kernel.onStartup();
        assertThat(Notebook.init("01-exactness")).contains("kernel   test");
    }

    private static String html(DisplayData data) {
        return (String) data.getData(MIMEType.TEXT_HTML);
    }

    /** A kernel that evaluates nothing and remembers what it was asked to show. */
    private static final class TestKernel extends BaseKernel {
        private final List<DisplayData> shown = new ArrayList<>();
        private final List<DisplayData> updated;

        TestKernel() {
            this(new ArrayList<>());
        }

        private TestKernel(List<DisplayData> updated) {
            super(
                    "test",
                    "1",
                    null,
                    List.of(),
                    null,
                    new AttachedIO(new Recorder(updated)),
                    new CommManager(),
                    new Renderer(),
                    null,
                    null,
                    true,
                    new StringStyler.Builder().build());
            this.updated = updated;
        }

        @Override
        public void display(DisplayData data) {
            shown.add(data);
        }

        @Override
        public Object evalRaw(String source) {
            return null;
        }

        @Override
        public DisplayData inspect(String code, int at, boolean extraDetail) {
            return null;
        }

        @Override
        public ReplacementOptions complete(String code, int at) {
            return null;
        }

        @Override
        public String isComplete(String code) {
            return IS_COMPLETE_MAYBE;
        }
    }

    private static final class AttachedIO extends JupyterIO {
        AttachedIO(ShellReplyEnvironment front) {
            super(StandardCharsets.UTF_8);
            setEnv(front);
        }
    }

    /** Stands where the sockets would be. */
    private static final class Recorder extends ShellReplyEnvironment {
        private final List<DisplayData> updated;

        Recorder(List<DisplayData> updated) {
            super(null, null, null, null);
            this.updated = updated;
        }

        @Override
        public <T extends ContentType<T>> void publish(T content) {
            updated.add((PublishUpdateDisplayData) content);
        }
    }
}
