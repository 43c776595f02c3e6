package org.bdia.data;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ObjLongConsumer;

/**
 * Downloads published files; a broken download starts over.
 *
 * @param scheme the scheme of addresses: https, except in tests
 * @param patience the time within which {@code least} more bytes must arrive
 * @param least the least number of bytes in that time
 * @param attempts the number of attempts per file
 * @param pause the pause after the first attempt; it doubles each time
 * @param largest the most bytes of a file without a published size
 */
record Downloader(
        String scheme, Duration patience, long least, int attempts, Duration pause, long largest) {

    /** HTTPS only, at least 1 KiB/s over 30 s, five attempts. */
    static final Downloader HTTPS =
            new Downloader(
                    "https", Duration.ofSeconds(30), 30_000, 5, Duration.ofSeconds(1), 1L << 28);

    /** The time between two reports of progress. */
    private static final long TICK_MILLIS = 100;

    /**
     * Downloads a file and checks its size.
     *
     * @param into the folder of the download
     * @param progress given the bytes that have arrived of the file
     * @return the downloaded file
     * @throws DataException if the server cannot be reached, stops too often, or sends something else
     * @throws IOException if the folder cannot be written
     */
    Path download(PublishedFile file, Path into, ObjLongConsumer<PublishedFile> progress)
            throws IOException, InterruptedException {
        if (!scheme.equals(file.uri().getScheme())) {
            throw DataException.refused(
                    file, "an " + scheme + " address", "" + file.uri().getScheme());
        }
        HttpClient client = client();
        for (int attempt = 1; ; attempt++) {
            // A new file each time: an aborted attempt may still write to its own.
            Path part = Files.createTempFile(into, "download", null);
            part.toFile().deleteOnExit();
            try {
                receive(client, file, part, progress);
                return part;
            } catch (IOException e) {
                if (attempt == attempts) {
                    throw new DataException(
                            String.format(
                                    Locale.ROOT,
                                    "%s: expected the whole file, found: %s; gave up after %d attempts:"
                                            + " check the network and the space in %s, and fetch again",
                                    file.uri(),
                                    describe(e),
                                    attempt,
                                    into.getParent()),
                            e);
                }
            }
            Files.deleteIfExists(part);
            Thread.sleep(pause.toMillis() << (attempt - 1));
        }
    }

    /** Creates a client that follows up to five redirects, none of them from HTTPS to HTTP. */
    static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build();
    }

    private void receive(
            HttpClient client,
            PublishedFile file,
            Path part,
            ObjLongConsumer<PublishedFile> progress)
            throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(file.uri()).header("User-Agent", "bdia-data-fetch").build();
        CompletableFuture<HttpResponse<Path>> answer =
                client.sendAsync(
                        request,
                        BodyHandlers.ofFile(
                                part,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING));
        HttpResponse<Path> response;
        try {
            response = await(answer, file, part, progress);
        } finally {
            answer.cancel(true);
        }
        switch (response.statusCode()) {
            case 200 -> requireSize(file, Files.size(part));
            case 408, 429, 500, 502, 503, 504 ->
                    throw new IOException("status " + response.statusCode());
            default -> {
                String to = response.headers().firstValue("Location").orElse("");
                throw DataException.refused(
                        file, "status 200", ("status " + response.statusCode() + " " + to).strip());
            }
        }
        progress.accept(file, Files.size(part));
    }

    /** Waits for a result with a time limit; the client has none for the rest of a body. */
    private <T> T await(
            CompletableFuture<T> answer,
            PublishedFile file,
            Path part,
            ObjLongConsumer<PublishedFile> progress)
            throws IOException, InterruptedException {
        long before = 0;
        long since = System.nanoTime();
        while (true) {
            try {
                return answer.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw new IOException(describe(e.getCause()), e.getCause());
            } catch (TimeoutException e) {
                long arrived = Files.size(part);
                progress.accept(file, arrived);
                if (arrived > limit(file)) {
                    requireSize(file, arrived);
                }
                Duration passed = Duration.ofNanos(System.nanoTime() - since);
                if (arrived - before >= least) {
                    before = arrived;
                    since = System.nanoTime();
                } else if (passed.compareTo(patience) > 0) {
                    throw new IOException(
                            String.format(
                                    Locale.ROOT,
                                    "%d bytes in %.1f s, too slow",
                                    arrived - before,
                                    passed.toMillis() / 1000.0),
                            e);
                }
            }
        }
    }

    private void requireSize(PublishedFile file, long found) {
        long limit = limit(file);
        if (found > limit || (file.size().isPresent() && found < limit)) {
            throw DataException.refused(
                    file,
                    (file.size().isPresent() ? "" : "at most ") + limit + " bytes",
                    found > limit ? "more" : found + " bytes");
        }
    }

    private long limit(PublishedFile file) {
        return file.size().orElse(largest);
    }

    /** Returns a failure in words; the client's failures to connect have no message. */
    private static String describe(Throwable failure) {
        if (failure.getMessage() != null) {
            return failure.getMessage();
        }
        String name = failure.getClass().getSimpleName();
        return failure.getCause() == null ? name : name + ": " + describe(failure.getCause());
    }
}
