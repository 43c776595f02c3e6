package org.bdia.data;

import java.io.IOException;
import java.io.InputStream;

/**
 * An entry of an archive, as the archive describes it.
 *
 * @param name as it is written there
 * @param kind what it would become
 * @param size the bytes of its content
 */
record ArchiveEntry(String name, Kind kind, long size) {

    /** What unpacking an entry would make. */
    enum Kind {
        FILE,
        FOLDER,

        /** A symbolic or hard link, a device, a pipe. */
        OTHER
    }

    /** Given the entries one by one. */
    interface Visitor {

        /** An entry; its content is read to its end before the next one comes. */
        void visit(ArchiveEntry entry, InputStream content) throws IOException;
    }
}
