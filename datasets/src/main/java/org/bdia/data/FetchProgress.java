package org.bdia.data;

import java.util.OptionalLong;

/** Told how far a download has come. */
@FunctionalInterface
public interface FetchProgress {

    /**
     * More bytes have arrived.
     *
     * @param bytes all that have arrived, those of earlier attempts too
     * @param total the whole file, if it is known
     */
    void received(PublishedFile file, long bytes, OptionalLong total);
}
