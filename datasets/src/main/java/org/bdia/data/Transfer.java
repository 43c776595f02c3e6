package org.bdia.data;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Brings one published file into its part, over as many connections as the rules allow.
 *
 * <p>Bytes are appended to earlier ones only if the server says that they belong together: If-Range with a strong entity
 * tag, an answer 206 with the same tag and the very offset asked for. Whatever else comes begins anew.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110.html#name-range-requests">RFC 9110, section 14</a>
 */
final class Transfer {

    private static final Pattern RANGE =
            Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");

    private final FetchRules rules;
    private final HttpClient client;
    private final PublishedFile file;
    private final PartFile part;
    private final FetchProgress progress;

    Transfer(FetchRules rules, PublishedFile file, PartFile part, FetchProgress progress) {
        this.rules = rules;
        this.file = file;
        this.part = part;
        this.progress = progress;
        this.client =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(rules.connect())
                        .build();
    }

    /**
     * Fills the part.
     *
     * @throws DataException if the server refuses or lies, then the part is emptied; or if it cannot be reached or stops
     *     too often, then what has arrived stays for the next fetch
     * @throws IOException if the part cannot be written
     */
    void run() throws IOException, InterruptedException {
        for (int attempt = 1; !isWhole(); attempt++) {
            try {
                attempt();
                return;
            } catch (Broken e) {
                if (attempt == rules.attempts()) {
                    throw new DataException(
                            String.format(
                                    Locale.ROOT,
                                    "%s: expected the whole file, found: %s; gave up after %d attempts with %d"
                                            + " bytes: check the network and fetch again%s",
                                    file.uri(),
                                    e.getMessage(),
                                    attempt,
                                    part.size(),
                                    part.mark().isPresent() ? ", which goes on from there" : ""),
                            e);
                }
                Thread.sleep(rules.pause().toMillis() << (attempt - 1));
            }
        }
    }

    private boolean isWhole() throws IOException {
        return file.size().isPresent() && part.size() == file.size().getAsLong();
    }

    private void attempt() throws IOException, InterruptedException, Broken {
        Optional<String> mark = part.mark();
        if (mark.isEmpty() || part.size() > limit()) {
            part.restart(Optional.empty());
        }
        HttpResponse<ResponseBody> response = follow(part.size(), mark);
        try (ResponseBody body = response.body()) {
            switch (response.statusCode()) {
                case 200 -> part.restart(strongTag(response));
                case 206 -> requireContinues(response, mark);
                case 416 -> {
                    part.restart(Optional.empty());
                    throw new Broken("status 416: the server has fewer bytes than arrived", null);
                }
                case 408, 429, 500, 502, 503, 504 ->
                        throw new Broken("status " + response.statusCode(), null);
                default -> throw refused("status 200", "status " + response.statusCode());
            }
            receive(body, announced(response));
        }
    }

    private HttpResponse<ResponseBody> follow(long from, Optional<String> mark)
            throws InterruptedException, Broken {
        URI uri = rules.require(file.uri(), file.name());
        for (int redirects = 0; ; redirects++) {
            HttpResponse<ResponseBody> response = send(uri, from, mark);
            int status = response.statusCode();
            if (!List.of(301, 302, 303, 307, 308).contains(status)) {
                return response;
            }
            response.body().close();
            if (redirects == rules.redirects()) {
                throw new DataException(
                        file.uri()
                                + ": expected at most "
                                + rules.redirects()
                                + " redirects, found one more, from "
                                + uri
                                + "; get the file by hand, see datasets/README.md");
            }
            uri = rules.require(location(response, uri), uri + " redirects");
        }
    }

    private URI location(HttpResponse<?> response, URI from) {
        String to = response.headers().firstValue("Location").orElse("");
        try {
            return from.resolve(to);
        } catch (IllegalArgumentException e) {
            throw refused("a redirect to an address", "'" + to + "'");
        }
    }

    private HttpResponse<ResponseBody> send(URI uri, long from, Optional<String> mark)
            throws InterruptedException, Broken {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri)
                        .timeout(rules.connect())
                        .header("User-Agent", "bdia-data-fetch")
                        .header("Accept-Encoding", "identity");
        if (from > 0 && mark.isPresent()) {
            request.header("Range", "bytes=" + from + "-").header("If-Range", mark.get());
        }
        try {
            return client.send(request.build(), info -> new ResponseBody());
        } catch (IOException e) {
            throw new Broken(describe(e), e);
        }
    }

    /** Weak tags do not promise equal bytes. */
    private static Optional<String> strongTag(HttpResponse<?> response) {
        return response.headers()
                .firstValue("ETag")
                .filter(tag -> tag.matches("\"[\\x21\\x23-\\x7E]*\""));
    }

    private void requireContinues(HttpResponse<?> response, Optional<String> mark)
            throws IOException, Broken {
        String found = response.headers().firstValue("Content-Range").orElse("");
        Matcher range = RANGE.matcher(found);
        boolean asked = mark.isPresent() && range.matches();
        if (!asked
                || Long.parseLong(range.group(1)) != part.size()
                || !response.headers().firstValue("ETag").equals(mark)) {
            long size = part.size();
            part.restart(Optional.empty());
            throw new Broken(
                    "a partial answer that does not continue at byte "
                            + size
                            + " ('"
                            + found
                            + "', entity tag "
                            + response.headers().firstValue("ETag").orElse("none")
                            + ")",
                    null);
        }
    }

    private OptionalLong announced(HttpResponse<?> response) throws IOException {
        String coding = response.headers().firstValue("Content-Encoding").orElse("identity");
        if (!coding.equals("identity")) {
            throw refused("the file as it is", "the content coding '" + coding + "'");
        }
        OptionalLong length = response.headers().firstValueAsLong("Content-Length");
        if (length.isEmpty()) {
            return file.size();
        }
        long total = part.size() + length.getAsLong();
        if (file.size().isPresent() ? total != limit() : total > limit()) {
            throw refused(expectedSize(), total + " bytes announced");
        }
        return OptionalLong.of(total);
    }

    private void receive(ResponseBody body, OptionalLong total)
            throws IOException, InterruptedException, Broken {
        long begun = System.nanoTime();
        long before = part.size();
        while (true) {
            List<ByteBuffer> buffers;
            try {
                buffers = body.next(rules.stall());
            } catch (IOException e) {
                part.force();
                throw new Broken(describe(e), e);
            }
            if (buffers.isEmpty()) {
                break;
            }
            for (ByteBuffer buffer : buffers) {
                if (part.size() + buffer.remaining() > limit()) {
                    throw refused(expectedSize(), "more than that");
                }
                part.append(buffer);
            }
            progress.received(file, part.size(), total);
            Duration passed = Duration.ofNanos(System.nanoTime() - begun);
            if (passed.compareTo(rules.stall()) >= 0) {
                requirePace(part.size() - before, passed);
                begun = System.nanoTime();
                before = part.size();
            }
        }
        part.force();
        if (file.size().isPresent() && !isWhole()) {
            throw new Broken("an end after " + part.size() + " bytes", null);
        }
    }

    private void requirePace(long arrived, Duration passed) throws IOException, Broken {
        double periods = (double) passed.toNanos() / rules.stall().toNanos();
        if (arrived < rules.least() * periods) {
            part.force();
            throw new Broken(
                    String.format(
                            Locale.ROOT,
                            "%d bytes in %.1f s, too slow to go on with",
                            arrived,
                            passed.toMillis() / 1000.0),
                    null);
        }
    }

    private long limit() {
        return file.size().orElse(rules.downloadBytes());
    }

    private String expectedSize() {
        return (file.size().isPresent() ? "" : "at most ") + limit() + " bytes";
    }

    private DataException refused(String expected, String found) {
        return refused(part, file.uri(), expected, found);
    }

    /** The bytes that are there are of no use: they are deleted, so that the next fetch begins anew. */
    static DataException refused(PartFile part, URI uri, String expected, String found) {
        var refusal =
                new DataException(
                        uri
                                + ": expected "
                                + expected
                                + ", found "
                                + found
                                + "; what arrived was deleted: fetch again, or get the file by hand, see"
                                + " datasets/README.md");
        try {
            part.delete();
        } catch (IOException e) {
            refusal.addSuppressed(e);
        }
        return refusal;
    }

    /** The client's failures to connect have no message of their own. */
    private static String describe(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException) {
                return "no address of that host";
            }
            if (cause.getMessage() != null) {
                return cause.getMessage();
            }
        }
        return e.getClass().getSimpleName();
    }

    /** The connection failed, which another attempt may not. */
    private static final class Broken extends Exception {

        private static final long serialVersionUID = 1;

        Broken(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
