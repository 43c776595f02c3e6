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
 * The kernel's five channels, which outlive a message that cannot be read and drop none that is sent.
 *
 * <p>The library would let such a message, above all one that our key has not signed, end the thread that reads the
 * channel, and leave a kernel that answers nothing. It also opens the channel of requests before the one of results, so
 * that a request which waits for the kernel could be answered before its results have anywhere to go.
 */
final class KernelConnection extends JupyterConnection {
    private final KernelConnectionProperties properties;
    private final PrintStream log;

    /**
     * Opens nothing yet.
     *
     * @param log where dropped messages are named; not {@code System.err} by its name, which a cell's output replaces
     * @throws GeneralSecurityException if this Java lacks the signature scheme that the file names
     */
    KernelConnection(KernelConnectionProperties properties, PrintStream log)
            throws GeneralSecurityException {
        super(properties);
        this.properties = properties;
        this.log = log;
        // With a limit the socket would drop what a front end has not fetched yet, the idle status
        // included.
        iopub.setSndHWM(0);
    }

    @Override
    public CellReplies prepareReplyEnv(ShellChannel channel, MessageContext context) {
        return new CellReplies(channel, stdin, iopub, context, () -> readQueued(channel));
    }

    /**
     * Takes the requests that wait on a channel.
     *
     * @return answers them: those to evaluate a cell as aborted, others as ever
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

    /** Opens the channels, those that bring requests last, once. */
    @Override
    public void connect() {
        open(iopub);
        iopub.sendMessage(new Message<>(null, PublishStatus.MESSAGE_TYPE, PublishStatus.STARTING));
        open(stdin);
        open(heartbeat);
        open(control);
        open(shell);
    }

    /** The threads are nowhere else to be had than among all threads, and only once they run. */
    private void open(JupyterSocket channel) {
        channel.bind(properties);
        Thread.getAllStackTraces().keySet().stream()
                .filter(Loop.class::isInstance)
                .map(Loop.class::cast)
                .forEach(loop -> loop.onError(this::drop));
    }

    /** Returns how many milliseconds the channel rests; a closed socket or a JVM in distress end it as ever. */
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
