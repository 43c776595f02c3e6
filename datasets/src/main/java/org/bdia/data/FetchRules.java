package org.bdia.data;

import java.net.URI;
import java.time.Duration;

/**
 * What a download may do.
 *
 * @param loopbackHttp whether plain HTTP to this very machine is let through, which only tests need
 * @param connect how long a connection and a response's first bytes may take, each
 * @param stall how long nothing may arrive
 * @param least how many bytes must arrive in as long a time, on average over at least that time: a server that sends a
 *     byte now and then would else hold a download for ever
 * @param attempts connections per file
 * @param pause between the first two attempts; it doubles from one to the next
 * @param redirects per attempt
 * @param downloadBytes the largest file whose size its publisher does not say
 * @param unpackedBytes the most bytes that an archive may unpack to
 * @param entries the most entries that an archive may have
 */
record FetchRules(
        boolean loopbackHttp,
        Duration connect,
        Duration stall,
        long least,
        int attempts,
        Duration pause,
        int redirects,
        long downloadBytes,
        long unpackedBytes,
        int entries) {

    /** HTTPS alone, half a minute of patience, a kilobyte a second, five attempts. */
    static final FetchRules STRICT =
            new FetchRules(
                    false,
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    30_000,
                    5,
                    Duration.ofSeconds(1),
                    5,
                    1L << 28,
                    1L << 29,
                    1000);

    /**
     * Lets an address through, or not.
     *
     * @param from what leads there, for the message
     * @throws DataException if it is not HTTPS, or carries a user's name
     */
    URI require(URI uri, String from) {
        boolean encrypted = "https".equals(uri.getScheme()) && uri.getHost() != null;
        boolean local =
                loopbackHttp && "http".equals(uri.getScheme()) && "127.0.0.1".equals(uri.getHost());
        if (!(encrypted || local) || uri.getUserInfo() != null) {
            throw new DataException(
                    from
                            + ": expected an https address without a user's name, found "
                            + uri
                            + "; nothing was taken from there: get the file by hand, see"
                            + " datasets/README.md");
        }
        return uri;
    }
}
