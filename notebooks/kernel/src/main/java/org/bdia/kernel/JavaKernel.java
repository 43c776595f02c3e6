package org.bdia.kernel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.Suggestion;
import org.bdia.data.UserHome;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.dflib.jjava.jupyter.kernel.magic.MagicParser;
import org.dflib.jjava.jupyter.kernel.magic.MagicTranspiler;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.dflib.jjava.jupyter.kernel.util.TextColor;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.reply.ErrorReply;
import org.dflib.jjava.jupyter.messages.reply.HistoryReply;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;
import org.dflib.jjava.jupyter.messages.request.HistoryRequest;

/**
 * A small Jupyter kernel for Java: JShell with JJava's protocol library.
 *
 * <p>It differs from IJava and JJava in what long experiments need: exceptions keep their causes and name the cell's line, no
 * error ends the kernel, interrupts reach rendering, and the JVM ends with the process that started it.
 */
public final class JavaKernel extends BaseKernel {
    private static final Duration EXIT_HOOK_LIMIT = Duration.ofSeconds(10);

    private static final Pattern NO_STATEMENT =
            Pattern.compile("(?m)^[ \\t]*(?:import\\s[^;\\n]*;|%.*$)");

    private final CellEvaluator cells;

    /** The expressions of a request by name; their answers follow. */
    private Map<String, String> expressions = Map.of();

    private Map<String, Object> answers = Map.of();
    private boolean failed;

    /** Answers the requests that were queued when a cell failed. */
    private Runnable queued = () -> {};

    JavaKernel(CellEvaluator cells) {
        super(
                "bdia-java",
                Runtime.version().toString(),
                new LanguageInfo.Builder("Java")
                        .version(Runtime.version().toString())
                        .mimetype("text/x-java-source")
                        .fileExtension(".jshell")
                        .pygments("java")
                        .codemirror("java")
                        .build(),
                List.of(),
                null,
                new JupyterIO(StandardCharsets.UTF_8),
                new CommManager(),
                new Renderer(),
                new MagicParser("(?!)", "(?!)", new MagicTranspiler()),
                new MagicsRegistry(),
                true,
                new StringStyler.Builder().addSecondaryStyle(TextColor.RED_FG).build());
        this.cells = cells;
    }

    @Override
    public Object evalRaw(String code) {
        return cells.evaluate(code);
    }

    /** Evaluates a cell and, if it does not fail, the expressions of its request. */
    @Override
    public DisplayData eval(String code) {
        failed = true;
        var shown = shown(code);
        failed = false;
        answers = new LinkedHashMap<>();
        expressions.forEach((name, expression) -> answers.put(name, answer(expression)));
        return shown;
    }

    private Object answer(String expression) {
        try {
            var shown = shown(expression);
            return new Answer(shown == null ? DisplayData.EMPTY : shown);
        } catch (CellError e) {
            return new ErrorReply(e.getClass().getSimpleName(), e.getMessage(), formatError(e));
        }
    }

    /** The value of an expression, with the status that the protocol requires. */
    private static final class Answer extends DisplayData {
        @SuppressWarnings("unused") // is written to the reply
        private final String status = "ok";

        Answer(DisplayData shown) {
            super(shown);
        }
    }

    /** Evaluates and renders on the cell's thread; anything thrown, an Error in toString included, fails the cell only. */
    private DisplayData shown(String code) {
        var value = evaluated(code);
        if (value == null || value instanceof DisplayData) {
            return (DisplayData) value;
        }
        try {
            return cells.call(() -> renderer.render(value));
        } catch (ExecutionException e) {
            throw whileShowing(value, e.getCause());
        } catch (InterruptedException e) {
            throw whileShowing(value, e);
        }
    }

    /** An Error of the compiler, whose thread this is, would end the shell channel and leave every later cell unanswered. */
    private Object evaluated(String code) {
        try {
            return evalRaw(code);
        } catch (Error e) {
            var lines = new ArrayList<>(List.of("the cell cannot be compiled:"));
            lines.addAll(CellTrace.lines(e));
            throw new CellError(String.join(" ", lines.subList(0, 2)), lines);
        }
    }

    private static CellError whileShowing(Object value, Throwable thrown) {
        var lines = new ArrayList<String>();
        lines.add("cannot show a " + value.getClass().getSimpleName() + ":");
        lines.addAll(CellTrace.lines(thrown));
        return new CellError(String.join(" ", lines.subList(0, 2)), lines);
    }

    @Override
    protected void replaceOutputStreams(ShellReplyEnvironment replies) {
        super.replaceOutputStreams(replies);
        System.setIn(new CellInput(System.in));
    }

    /** Evaluates a cell; honours the flags that the library ignores: a cell that is not stored is not counted. */
    @Override
    protected synchronized void handleExecuteRequest(
            ShellReplyEnvironment replies, Message<ExecuteRequest> message) {
        var request = message.getContent();
        var asked = request.getUserExpr();
        expressions = asked == null ? Map.of() : asked;
        if (replies instanceof CellReplies cell) {
            if (request.isSilent()) {
                cell.silence();
            }
            cell.answer(() -> answers);
            queued = () -> {};
            // deferred first, so that it runs last, after the reply and the idle status
            cell.defer(() -> queued.run());
        }
        try {
            super.handleExecuteRequest(replies, message);
            if (failed && request.shouldStopOnError() && replies instanceof CellReplies cell) {
                // Before the reply is sent: a client that waits for it is not aborted.
                queued = cell.readQueued();
            }
        } finally {
            if (request.isSilent() || !request.shouldStoreHistory()) {
                executionCount.decrementAndGet();
            }
        }
    }

    /** Answers that there is no history; the library's answers are missing or unreadable. */
    @Override
    protected void handleHistoryRequest(
            ShellReplyEnvironment replies, Message<HistoryRequest> message) {
        replies.setBusyDeferIdle();
        replies.reply(new HistoryReply(List.of()));
    }

    @Override
    public List<String> formatError(Throwable error) {
        if (!(error instanceof CellError cellError)) {
            return super.formatError(error);
        }
        // Only what happened is red: a page of red can hardly be read on Jupyter's dark background.
        var lines = new ArrayList<>(cellError.lines());
        lines.set(0, errorStyler.secondary(lines.get(0)));
        return lines;
    }

    @Override
    public DisplayData inspect(String code, int at, boolean extraDetail) {
        var inspection =
                new Inspection(
                        cells.analysis(), (name, type) -> cells.value(name, type, this::plain));
        var text = inspection.at(statements(code), offset(code, at));
        return text.isEmpty() ? null : new DisplayData(text);
    }

    /** Returns toString, of an array the text that a cell shows. */
    private String plain(Object value) {
        return value != null && value.getClass().isArray()
                ? String.valueOf(renderer.render(value).getData(MIMEType.TEXT_PLAIN))
                : String.valueOf(value);
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        var anchor = new int[1];
        // what follows the cursor would make an import that is being typed a whole one
        var before = code.substring(0, offset(code, at));
        var found =
                cells
                        .analysis()
                        .completionSuggestions(statements(before), before.length(), anchor)
                        .stream()
                        .map(Suggestion::continuation)
                        .distinct()
                        .toList();
        return found.isEmpty()
                ? null
                : new ReplacementOptions(found, code.codePointCount(0, anchor[0]), at);
    }

    /** Blanks imports and magics, among which JShell would not find the statements of the same cell. */
    private static String statements(String code) {
        return NO_STATEMENT.matcher(code).replaceAll(line -> " ".repeat(line.group().length()));
    }

    /** Converts Jupyter's cursor position, in code points, to Java's, in UTF-16 units. */
    private static int offset(String code, int codePoints) {
        var length = code.codePointCount(0, code.length());
        return code.offsetByCodePoints(0, Math.max(0, Math.min(codePoints, length)));
    }

    @Override
    public String isComplete(String code) {
        var rest = code;
        while (true) {
            rest = CellEvaluator.afterMagics(rest);
            var info = cells.analysis().analyzeCompletion(rest);
            if (info.completeness() == Completeness.UNKNOWN) {
                return IS_COMPLETE_BAD;
            }
            if (!info.completeness().isComplete() && info.completeness() != Completeness.EMPTY) {
                return "";
            }
            if (info.remaining().isBlank()) {
                return IS_COMPLETE_YES;
            }
            rest = info.remaining();
        }
    }

    @Override
    public void interrupt() {
        cells.interrupt();
    }

    @Override
    public void onShutdown(boolean restarting) {
        super.onShutdown(restarting);
        cells.close();
    }

    /** Ends the JVM with its parent, so that a killed runner leaves no kernel behind. */
    private static void exitWithParent() {
        ProcessHandle.current()
                .parent()
                .ifPresent(
                        parent ->
                                daemon(
                                        "parent watch",
                                        () -> {
                                            parent.onExit().join();
                                            exit(1);
                                        }));
    }

    /** Ends the JVM, with a time limit for shutdown hooks. */
    private static void exit(int status) {
        daemon(
                "exit",
                () -> {
                    LockSupport.parkNanos(EXIT_HOOK_LIMIT.toNanos());
                    Runtime.getRuntime().halt(status);
                });
        System.exit(status);
    }

    private static void daemon(String name, Runnable work) {
        var thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Serves one notebook until the front end shuts the kernel down.
     *
     * @param args the connection file that Jupyter wrote
     * @throws IllegalArgumentException if there is not exactly one argument; or the file is no connection file, names an
     *     address that other machines reach, or has no key
     * @throws IOException if the connection file cannot be read
     * @throws GeneralSecurityException if this Java lacks the signature scheme that the file names
     */
    public static void main(String[] args) throws IOException, GeneralSecurityException {
        if (args.length != 1) {
            throw new IllegalArgumentException(
                    "expected one argument, the connection file that Jupyter writes, but found "
                            + args.length
                            + "; open a notebook with the kernel \"java\" instead of calling this");
        }
        UserHome.adopt();
        var connection = new KernelConnection(ConnectionFile.read(Path.of(args[0])), System.err);
        var kernel = new JavaKernel(new CellEvaluator());
        kernel.onStartup();
        exitWithParent();
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        connection.waitUntilClose();
        exit(0);
    }
}
