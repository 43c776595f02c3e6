package org.bdia.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Serializable;
import java.util.List;
import org.bdia.experiment.ChildCommand;

/** The messages between the toolkit and the driver, each a line of JSON. The driver uses Spark's Jackson, whichever that is. */
final class Message {

    /** How the driver's lines begin, to tell them from Spark's own. */
    static final String MARK = "@bdia ";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Message() {}

    /**
     * The first line to the driver.
     *
     * @param command how an attempt is executed
     * @param runs the folder of the runs
     * @param probe a file in it that the driver locks
     * @param java the version of the toolkit's Java
     */
    record Setup(ChildCommand command, String runs, String probe, String java)
            implements Serializable {}

    /** Every other line to the driver: a run, and its configuration in JSON. */
    record Order(String run, String config) {}

    /**
     * A line of the driver.
     *
     * @param kind what it is about
     * @param run the run that it is about, empty if all
     * @param text a line of progress, or a reason
     * @param number the runs at a time, or an exit code
     * @param log the end of a log
     */
    record Report(Kind kind, String run, String text, int number, List<String> log) {

        static Report of(Kind kind, String text, int number) {
            return new Report(kind, "", text, number, List.of());
        }
    }

    /** READY comes first, unless it is LOST; STEP and END are about a run; after LOST there is nothing. */
    enum Kind {
        READY,
        STEP,
        END,
        LOST
    }

    static String json(Object message) {
        try {
            return JSON.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + message, e);
        }
    }

    static <T> T parse(String line, Class<T> type) {
        try {
            return JSON.readValue(line, type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no " + type.getSimpleName() + ": " + line, e);
        }
    }
}
