package org.bdia.experiment;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.bdia.train.TrainEvent;

/**
 * A progress line from a child JVM to its parent.
 *
 * @param samples the training samples seen
 * @param total the training samples of the whole run
 * @param text the text beside the bar
 */
public record StepLine(long samples, long total, String text) {

    private static final String RESUMED = "resumed ";
    private static final Pattern LOSS = Pattern.compile("loss (\\S+)");

    /** The line for a step. */
    public static String format(TrainEvent.Step step, int batch) {
        return String.format(
                Locale.ROOT,
                "%s%d %d epoch %d · loss %.4f",
                ChildCommand.STEP,
                step.step() * batch,
                step.totalSteps() * batch,
                step.epoch() + 1,
                step.loss());
    }

    /** The line for a run that went on from a checkpoint. */
    public static String format(TrainEvent.Resumed resumed, int batch) {
        return String.format(
                Locale.ROOT,
                "%s%d %d %sfrom step %d of %d",
                ChildCommand.STEP,
                resumed.step() * batch,
                resumed.totalSteps() * batch,
                RESUMED,
                resumed.step(),
                resumed.totalSteps());
    }

    /** Returns where the run went on, for example {@code from step 40 of 100}; empty where the line tells of a step. */
    public Optional<String> resumed() {
        return text.startsWith(RESUMED)
                ? Optional.of(text.substring(RESUMED.length()))
                : Optional.empty();
    }

    /** Returns the batch's loss that the text contains, if any. */
    OptionalDouble loss() {
        var found = LOSS.matcher(text);
        return found.find()
                ? OptionalDouble.of(Double.parseDouble(found.group(1)))
                : OptionalDouble.empty();
    }

    /**
     * Parses a line that begins with {@value ChildCommand#STEP}.
     *
     * @throws IllegalArgumentException if it is no such line
     */
    public static StepLine parse(String line) {
        if (!line.matches(ChildCommand.STEP + "\\d+ \\d+ .*")) {
            throw new IllegalArgumentException(
                    "expected a line of progress, '@step SAMPLES TOTAL WORDS', but found '"
                            + line
                            + "'");
        }
        String[] parts = line.substring(ChildCommand.STEP.length()).split(" ", 3);
        return new StepLine(Long.parseLong(parts[0]), Long.parseLong(parts[1]), parts[2]);
    }
}
