package org.bdia.reversible;

import java.util.List;
import java.util.Locale;

/**
 * The result of {@link ReversibleStack#check}, h<sub>0</sub> first.
 *
 * @param branches the check of every branch
 * @param reconstruction the states rebuilt against those made; null where the method has no exact inverse, or a branch does not
 *     repeat itself
 */
public record StackReport(List<BranchCheck> branches, Reconstruction reconstruction) {

    /** Copies the list. */
    public StackReport {
        branches = List.copyOf(branches);
    }

    /** Whether every branch passes, and every state that is to be rebuilt is rebuilt bit for bit. */
    public boolean passes() {
        return branches.stream().allMatch(BranchCheck::passes)
                && (reconstruction == null || reconstruction.mismatches() == 0);
    }

    /** A table of the branches, a line each, and a line on the inverse. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        line(text, "k", "block", "repeats", "recorded", "derivative", "");
        for (BranchCheck branch : branches) {
            line(
                    text,
                    Integer.toString(branch.index()),
                    branch.block(),
                    difference(branch.repetition()),
                    difference(branch.recording()),
                    String.format(Locale.ROOT, "%.1e in %s", branch.derivative(), branch.worst()),
                    branch.passes() ? "" : "WRONG");
        }
        return text + "inverse: " + inverse();
    }

    private String inverse() {
        return reconstruction == null
                ? "not exact, or not tried"
                : String.format(
                        Locale.ROOT,
                        "%d of %d activations differ",
                        reconstruction.mismatches(),
                        reconstruction.activations());
    }

    private static String difference(double value) {
        return value == 0 ? "same bits" : String.format(Locale.ROOT, "off by %.1e", value);
    }

    private static void line(StringBuilder text, Object... cells) {
        String line = String.format(Locale.ROOT, "%-3s %-20s %-15s %-15s %-30s %s", cells);
        text.append(line.stripTrailing()).append('\n');
    }
}
