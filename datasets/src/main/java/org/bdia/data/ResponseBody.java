package org.bdia.data;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response's bytes, pulled piece by piece, with an end to waiting: the client's own timeout covers the headers alone,
 * and its streams wait for ever.
 */
final class ResponseBody implements BodySubscriber<ResponseBody>, AutoCloseable {

    private sealed interface Arrival {}

    private record Bytes(List<ByteBuffer> buffers) implements Arrival {}

    private record Failure(Throwable cause) implements Arrival {}

    private record End() implements Arrival {}

    private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
    private Subscription subscription;
    private boolean closed;

    @Override
    public CompletionStage<ResponseBody> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public synchronized void onSubscribe(Subscription from) {
        subscription = from;
        if (closed) {
            from.cancel();
        } else {
            from.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        arrivals.add(new Bytes(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        arrivals.add(new Failure(cause));
    }

    @Override
    public void onComplete() {
        arrivals.add(new End());
    }

    /**
     * The next bytes; empty at the end.
     *
     * @throws HttpTimeoutException if nothing arrives in time
     * @throws IOException if the connection breaks, or ends before the announced length
     */
    List<ByteBuffer> next(Duration patience) throws IOException, InterruptedException {
        Arrival arrival = arrivals.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (arrival == null) {
            throw new HttpTimeoutException(
                    "nothing arrived for " + patience.toMillis() / 1000.0 + " s");
        }
        if (arrival instanceof Failure failure) {
            throw new IOException(failure.cause().getMessage(), failure.cause());
        }
        if (arrival instanceof Bytes bytes) {
            ask();
            return bytes.buffers();
        }
        return List.of();
    }

    private synchronized void ask() {
        subscription.request(1);
    }

    /** Gives the connection up, unless everything has arrived. */
    @Override
    public synchronized void close() {
        closed = true;
        if (subscription != null) {
            subscription.cancel();
        }
    }
}
