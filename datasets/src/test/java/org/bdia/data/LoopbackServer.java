package org.bdia.data;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A server on this machine that answers as it is told: one answer a request, the last one for ever. */
final class LoopbackServer {

    /** What the server does with one request. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException, InterruptedException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<Map<String, String>> requests =
            Collections.synchronizedList(new ArrayList<>());
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

    /** The requests' Range and If-Range, in their order. */
    List<Map<String, String>> requests() {
        return List.copyOf(requests);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Map<String, String> ranges = new TreeMap<>();
        for (String header : List.of("Range", "If-Range")) {
            if (exchange.getRequestHeaders().containsKey(header)) {
                ranges.put(header, exchange.getRequestHeaders().getFirst(header));
            }
        }
        requests.add(ranges);
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

    /** Honours Range and If-Range, as a server should. */
    static Answer file(byte[] content, String tag) {
        return cut(content, tag, content.length);
    }

    /** Announces all that is asked for and breaks the connection after the content's first bytes. */
    static Answer cut(byte[] content, String tag, int end) {
        return exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            boolean same = tag.equals(exchange.getRequestHeaders().getFirst("If-Range"));
            int from = range != null && same ? Integer.parseInt(range.replaceAll("\\D", "")) : 0;
            exchange.getResponseHeaders().set("ETag", tag);
            if (from > 0) {
                exchange.getResponseHeaders().set("Content-Range", range(from, content.length));
            }
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, content.length - from);
            exchange.getResponseBody().write(content, from, Math.max(0, end - from));
        };
    }

    static String range(int from, int length) {
        return "bytes " + from + "-" + (length - 1) + "/" + length;
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

    /** Sends the content's first bytes and then nothing, without an end. */
    Answer stall(byte[] content, String tag, int end) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", tag);
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content, 0, end);
            exchange.getResponseBody().flush();
            closing.await();
        };
    }

    /** Takes the request and says nothing, without an end. */
    Answer silence() {
        return exchange -> closing.await();
    }

    /** Sends the content byte by byte, a pause between any two. */
    static Answer drip(byte[] content, String tag, Duration pause) {
        return exchange -> {
            exchange.getResponseHeaders().set("ETag", tag);
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
