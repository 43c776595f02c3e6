package org.bdia.kernel;

import java.io.PrintStream;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.channels.JupyterSocket;
import org.dflib.jjava.jupyter.channels.Loop;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.messages.Message;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.publish.PublishStatus;
import org.dflib.jjava.jupyter.messages.request.ExecuteRequest;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * The kernel's five channels, which survive unreadable messages and drop no sent ones.
 *
 * <p>In the library an unreadable message, such as one not signed with the key, ends the thread that reads the channel, and
 * the kernel no longer answers. The library also opens the channel of requests before that of results, so that results of
 * an early request would be lost.
 */
final class KernelConnection extends JupyterConnection {
    private final KernelConnectionProperties properties;
    private final PrintStream log;

    /**
     * Creates the channels without opening them.
     *
     * @param log receives a line per dropped message; not {@code System.err} itself, which a cell's output replaces
     * @throws GeneralSecurityException if this Java lacks the signature scheme that the file names
     */
    KernelConnection(KernelConnectionProperties properties, PrintStream log)
            throws GeneralSecurityException {
        super(properties);
        this.properties = properties;
        this.log = log;
        // With a limit the socket would drop messages that a front end has not fetched yet.
        iopub.setSndHWM(0);
    }

    @Override
    public CellReplies prepareReplyEnv(ShellChannel channel, MessageContext context) {
        return new CellReplies(channel, stdin, iopub, context, () -> readQueued(channel));
    }

    /**
     * Takes the queued requests of a channel.
     *
     * @return answers them: cells as aborted, others as usual
     */
    private Runnable readQueued(ShellChannel channel) {
        List<Message<?>> queued = new ArrayList<>();
        while ((channel.getEvents() & ZMQ.Poller.POLLIN) != 0) {
            try {
                queued.add(channel.readMessage());
            } catch (RuntimeException e) {
                drop(e);
            }
        }
        return () -> queued.forEach(request -> answer(channel, request));
    }

    private <T> void answer(ShellChannel channel, Message<T> request) {
        var handler = getHandler(request.getHeader().getType());
        var replies = prepareReplyEnv(channel, request);
        try {
            if (request.getContent() instanceof ExecuteRequest) {
                replies.abort();
            } else if (handler != null) {
                handler.handle(replies, request);
            }
        } finally {
            replies.resolveDeferrals();
        }
    }

    /** Opens the channels once, those of requests last. */
    @Override
    public void connect() {
        open(iopub);
        iopub.sendMessage(new Message<>(null, PublishStatus.MESSAGE_TYPE, PublishStatus.STARTING));
        open(stdin);
        open(heartbeat);
        open(control);
        open(shell);
    }

    /** Opens a channel and makes its thread survive errors; it can be found only among all running threads. */
    private void open(JupyterSocket channel) {
        channel.bind(properties);
        Thread.getAllStackTraces().keySet().stream()
                .filter(Loop.class::isInstance)
                .map(Loop.class::cast)
                .forEach(loop -> loop.onError(this::drop));
    }

    /** Returns the pause of the channel in milliseconds; a closed socket or an Error of the JVM ends it. */
    private long drop(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown instanceof ZMQException closed) {
            throw closed;
        }
        log.println("bdia-java: dropped a message that cannot be read: " + thrown);
        return 0;
    }
}
