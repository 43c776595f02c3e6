package org.bdia.kernel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.dflib.jjava.jupyter.channels.JupyterSocket;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.channels.StdinChannel;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.MessageType;
import org.dflib.jjava.jupyter.messages.publish.PublishStatus;
import org.dflib.jjava.jupyter.messages.publish.PublishStream;
import org.dflib.jjava.jupyter.messages.publish.PublishStream.StreamType;
import org.dflib.jjava.jupyter.messages.reply.ExecuteReply;

/**
 * The replies to one request; buffers printed text, so that thousands of lines become few messages.
 *
 * <p>Order is kept: anything else that is published follows the text printed before it, and the idle status is last.
 */
final class CellReplies extends ShellReplyEnvironment {
    private static final Executor LATER =
            CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS, Runnable::run);

    /** The length of buffered text, in characters, that is sent at once. */
    private static final int LONGEST = 1 << 16;

    /** The most messages per flush; streams that alternate more often are merged. */
    private static final int MOST_PIECES = 16;

    /** Consecutive text of one stream. */
    private record Piece(StreamType stream, StringBuilder text) {}

    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int waiting;
    private final Supplier<Runnable> readQueued;
    private Supplier<Map<String, Object>> answers = Map::of;
    private boolean silent;

    CellReplies(
            ShellChannel shell,
            StdinChannel stdin,
            JupyterSocket iopub,
            MessageContext context,
            Supplier<Runnable> readQueued) {
        super(shell, stdin, iopub, context);
        this.readQueued = readQueued;
    }

    /** Takes the queued requests; the result answers them, cells as aborted. */
    Runnable readQueued() {
        return readQueued.get();
    }

    /** Sets the answers to the request's expressions, for its reply if the cell does not fail. */
    void answer(Supplier<Map<String, Object>> expressions) {
        answers = expressions;
    }

    /** Replies that the cell was not evaluated because an earlier one failed. */
    void abort() {
        setBusyDeferIdle();
        super.reply(executed(Map.of("status", "aborted")));
    }

    @Override
    public void reply(Message<?> message) {
        if (message.getContent() instanceof ExecuteReply done) {
            super.reply(
                    executed(
                            Map.of(
                                    "status", "ok",
                                    "execution_count", done.getExecutionCount(),
                                    "user_expressions", answers.get())));
        } else {
            super.reply(message);
        }
    }

    /** The library's own reply has no status aborted, and its expressions no status at all. */
    @SuppressWarnings("unchecked")
    private Message<?> executed(Map<String, Object> content) {
        var type = (MessageType<Object>) MessageType.getType("execute_reply");
        return new Message<>(getContext(), type, content);
    }

    /** Publishes only statuses from now on. */
    void silence() {
        silent = true;
    }

    @Override
    public void writeToStdOut(String text) {
        write(StreamType.OUT, text);
    }

    @Override
    public void writeToStdErr(String text) {
        write(StreamType.ERR, text);
    }

    private synchronized void write(StreamType stream, String text) {
        if (silent) {
            return;
        }
        if (pieces.isEmpty()) {
            LATER.execute(this::flush);
        }
        pieceOf(stream).text().append(text);
        waiting += text.length();
        if (waiting >= LONGEST) {
            flush();
        }
    }

    private Piece pieceOf(StreamType stream) {
        if (pieces.isEmpty()
                || (pieces.getLast().stream() != stream && pieces.size() < MOST_PIECES)) {
            pieces.add(new Piece(stream, new StringBuilder()));
        }
        var last = pieces.removeLast();
        // Neighbours differ, so that one of the last two is of the stream.
        var piece = last.stream() == stream ? last : pieces.getLast();
        pieces.add(last);
        return piece;
    }

    /** Sends the buffered text; not through {@link #publish}, which may be deferring another thread's message. */
    private synchronized void flush() {
        for (var piece : pieces) {
            var content = new PublishStream(piece.stream(), piece.text().toString());
            getIopub().sendMessage(new Message<>(getContext(), content.getType(), content));
        }
        pieces.clear();
        waiting = 0;
    }

    @Override
    public void publish(Message<?> message) {
        flush();
        if (!silent || message.getContent() instanceof PublishStatus) {
            super.publish(message);
        }
    }

    /** Defers a flush, too: the last deferred action runs first, so text is sent before the idle status. */
    @Override
    public void setBusyDeferIdle() {
        super.setBusyDeferIdle();
        defer(this::flush);
    }
}
