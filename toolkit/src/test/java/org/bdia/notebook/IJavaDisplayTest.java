package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.JupyterIO;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import io.github.spencerpark.jupyter.messages.ContentType;
import io.github.spencerpark.jupyter.messages.publish.PublishDisplayData;
import io.github.spencerpark.jupyter.messages.publish.PublishUpdateDisplayData;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.bdia.report.Samples;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The adapter on IJava's own base library: what a front end would receive. */
class IJavaDisplayTest {
    private final TestKernel kernel = new TestKernel();

    @AfterEach
    void stop() {
        Notebook.detach();
    }

    @Test
    void aFigureIsInteractiveAnImageAndText() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        DisplayData figure = kernel.getRenderer().render(Samples.exactness("errors"));
        assertThat(text(figure, MIMEType.TEXT_HTML)).contains("Plotly.newPlot");
        assertThat(text(figure, MIMEType.IMAGE_PNG)).startsWith("iVBOR");
        assertThat(text(figure, MIMEType.TEXT_PLAIN)).contains("errors");
    }

    @Test
    void aTableIsHtmlMarkdownAndText() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        Table table = Table.create("losses", StringColumn.create("method", "bdia"));
        DisplayData data = kernel.getRenderer().render(table);
        assertThat(text(data, MIMEType.TEXT_HTML)).contains("<caption", "bdia");
        assertThat(text(data, MIMEType.TEXT_MARKDOWN)).contains("| bdia");
        assertThat(text(data, MIMEType.TEXT_PLAIN)).contains("losses", "bdia");
    }

    @Test
    void anythingElseIsText() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        Notebook.show(List.of(1, 2));
        assertThat(text(kernel.published.get(0), MIMEType.TEXT_PLAIN)).isEqualTo("[1, 2]");
        assertThat(kernel.published.get(0).hasDataForType(MIMEType.TEXT_HTML)).isFalse();
    }

    @Test
    void valuesOfCellsAreShownWhateverTheirClass() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        var renderer = kernel.getRenderer();
        var plot = renderer.render(new tech.tablesaw.plotly.components.Figure());
        assertThat(text(plot, MIMEType.TEXT_HTML))
                .contains("DecompressionStream", "Plotly.newPlot");
        assertThat(text(renderer.render(Samples.exactness("errors")), MIMEType.TEXT_HTML))
                .as("the page has plotly.js now")
                .doesNotContain("DecompressionStream");
        assertThat(text(renderer.render(new int[] {1, 2}), MIMEType.TEXT_PLAIN))
                .isEqualTo("int[]{1, 2}");
        var list = renderer.render(List.of(1));
        assertThat(text(list, MIMEType.TEXT_PLAIN)).isEqualTo("[1]");
        assertThat(list.hasDataForType(MIMEType.TEXT_HTML)).isFalse();
    }

    /** The user's own renderer of a class. */
    @Test
    void aRegisteredClassKeepsItsRenderer() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        kernel.getRenderer()
                .createRegistration(java.util.BitSet.class)
                .preferring(MIMEType.TEXT_PLAIN)
                .register(
                        (value, context) ->
                                context.renderIfRequested(MIMEType.TEXT_PLAIN, () -> "mine"));
        assertThat(text(kernel.getRenderer().render(new java.util.BitSet()), MIMEType.TEXT_PLAIN))
                .isEqualTo("mine");
    }

    @Test
    void onlyTheFirstFigureBringsPlotlyWhoeverShowsIt() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        Notebook.show(Samples.exactness("first"));
        DisplayData second = kernel.getRenderer().render(Samples.exactness("second"));
        assertThat(text(kernel.published.get(0), MIMEType.TEXT_HTML))
                .contains("DecompressionStream");
        assertThat(text(second, MIMEType.TEXT_HTML)).doesNotContain("DecompressionStream");
    }

    @Test
    void registeredTwiceAFigureIsRenderedOnce() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        DisplayData figure = kernel.getRenderer().render(Samples.exactness("errors"));
        assertThat(text(figure, MIMEType.TEXT_HTML)).contains("DecompressionStream");
    }

    @Test
    void progressMovesInPlace() {
        Notebook.attach(bundles -> new IJavaDisplay(kernel, bundles));
        Progress progress = Notebook.progress("train");
        progress.update(0, 10, "");
        progress.update(10, 10, "loss 1.2");
        assertThat(kernel.published).hasSize(2);
        assertThat(kernel.published.get(0)).isInstanceOf(PublishDisplayData.class);
        assertThat(kernel.published.get(1)).isInstanceOf(PublishUpdateDisplayData.class);
        assertThat(kernel.published.get(1).getDisplayId())
                .isEqualTo(kernel.published.get(0).getDisplayId())
                .isNotBlank();
        assertThat(text(kernel.published.get(1), MIMEType.TEXT_HTML)).contains("loss 1.2");
    }

    @Test
    void aRunningIJavaIsFound() {
        assertThat(IJavaDisplay.kernel(RunningIJava.class.getName()))
                .containsInstanceOf(TestKernel.class);
        assertThat(IJavaDisplay.kernel(IdleIJava.class.getName())).isEmpty();
        assertThat(IJavaDisplay.kernel("org.bdia.NoSuchKernel")).isEmpty();
    }

    @Test
    void anIJavaOfAnotherShapeIsNamed() {
        for (Class<?> other : List.of(String.class, OtherIJava.class)) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> IJavaDisplay.kernel(other.getName()))
                    .withMessageContaining(other.getName() + " is on the class path")
                    .withMessageContaining("use IJava 1.3");
        }
    }

    private static String text(DisplayData data, MIMEType type) {
        return (String) data.getData(type);
    }

    /** Has IJava's shape: a kernel is running. */
    public static final class RunningIJava {
        public static BaseKernel getKernelInstance() {
            return new TestKernel();
        }
    }

    /** Has IJava's shape: no kernel has been started. */
    public static final class IdleIJava {
        public static BaseKernel getKernelInstance() {
            return null;
        }
    }

    /** Its kernel is none of the base library's. */
    public static final class OtherIJava {
        public static Object getKernelInstance() {
            return "kernel";
        }
    }

    /** A kernel that evaluates nothing and remembers what it published. */
    private static final class TestKernel extends BaseKernel {
        private final List<DisplayData> published = new ArrayList<>();
        private final JupyterIO io = new AttachedIO(new Recorder(published));

        @Override
        public JupyterIO getIO() {
            return io;
        }

        @Override
        public void display(DisplayData data) {
            io.display.display(data);
        }

        @Override
        public DisplayData eval(String source) {
            return null;
        }

        @Override
        public LanguageInfo getLanguageInfo() {
            return null;
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
        private final List<DisplayData> published;

        Recorder(List<DisplayData> published) {
            super(null, null, null, null);
            this.published = published;
        }

        @Override
        public <T extends ContentType<T>> void publish(T content) {
            published.add((DisplayData) content);
        }
    }
}
