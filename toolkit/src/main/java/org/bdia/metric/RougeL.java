package org.bdia.metric;

import java.util.List;

/**
 * ROUGE-L as the E2E challenge measures it: of each segment F<sub>1.2</sub> of precision and recall of the longest common
 * subsequence, each the best over the references; their mean. Lower case, punctuation left out; the tokeniser is 13a in
 * place of the Penn Treebank's, which may move scores a little.
 *
 * @param score 0 to 1
 * @see <a href="https://aclanthology.org/W04-1013">Lin, 2004</a>
 */
public record RougeL(double score) {

    private static final double BETA_SQUARED = 1.2 * 1.2;

    /**
     * Scores a corpus.
     *
     * @param hypotheses one per segment; an empty one is allowed
     * @param references one or more per segment
     * @throws IllegalArgumentException if there is no segment, the numbers differ, or a segment has no reference
     */
    public static RougeL corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.require(hypotheses, references);
        double sum = 0;
        for (int i = 0; i < hypotheses.size(); i++) {
            List<String> hypothesis = Words.of(hypotheses.get(i));
            double precision = 0;
            double recall = 0;
            for (String reference : references.get(i)) {
                List<String> words = Words.of(reference);
                double common = common(hypothesis, words);
                if (common > 0) {
                    precision = Math.max(precision, common / hypothesis.size());
                    recall = Math.max(recall, common / words.size());
                }
            }
            if (precision > 0) {
                sum +=
                        (1 + BETA_SQUARED)
                                * precision
                                * recall
                                / (recall + BETA_SQUARED * precision);
            }
        }
        return new RougeL(sum / hypotheses.size());
    }

    /** The length of the longest common subsequence. */
    static int common(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String word : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = word.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(row[j], row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
