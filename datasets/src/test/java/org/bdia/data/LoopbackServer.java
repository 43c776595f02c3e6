package org.bdia.data;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on this machine that answers as it is told: one answer a request, the last one for ever. */
final class LoopbackServer {

    /** Asks such servers, twice at most, and waits for their answers. */
    static final Downloader PATIENT = downloader(Duration.ofSeconds(20));

    /** Gives up a server that has yet to answer. */
    static final Downloader IMPATIENT = downloader(Duration.ofMillis(300));

    private static Downloader downloader(Duration patience) {
        return new Downloader("http", patience, 100, 2, Duration.ofMillis(1), 1 << 20);
    }

    /** What the server does with one request. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);

    LoopbackServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    void answers(Answer... next) {
        synchronized (answers) {
            answers.clear();
            answers.addAll(Arrays.asList(next));
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** The number of requests so far. */
    int requests() {
        return requests.get();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        Answer answer;
        synchronized (answers) {
            answer = answers.size() > 1 ? answers.removeFirst() : answers.getFirst();
        }
        try (exchange) {
            answer.to(exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static Answer file(byte[] content) {
        return cut(content, content.length);
    }

    /** Announces the content and breaks the connection after its first bytes. */
    static Answer cut(byte[] content, int end) {
        return exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, end);
        };
    }

    /** A status with headers, "Name: value", and a body of unannounced length. */
    static Answer status(int status, byte[] body, String... headers) {
        return exchange -> {
            for (String header : headers) {
                String[] parts = header.split(": ", 2);
                exchange.getResponseHeaders().set(parts[0], parts[1]);
            }
            exchange.sendResponseHeaders(status, 0);
            exchange.getResponseBody().write(body);
        };
    }

    /** Takes the request and says nothing, without an end. */
    Answer silence() {
        return exchange -> closing.await();
    }

    /** Sends the content byte by byte, a pause between any two. */
    static Answer drip(byte[] content, Duration pause) {
        return exchange -> {
            exchange.sendResponseHeaders(200, content.length);
            for (byte one : content) {
                exchange.getResponseBody().write(one);
                exchange.getResponseBody().flush();
                Thread.sleep(pause.toMillis());
            }
        };
    }

    /** Ends all answers and waits for their threads. */
    void stop() throws InterruptedException {
        closing.countDown();
        server.stop(0);
        threads.shutdownNow();
        threads.awaitTermination(10, TimeUnit.SECONDS);
    }
}
