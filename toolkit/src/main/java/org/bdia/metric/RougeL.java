package org.bdia.metric;

import java.util.ArrayList;
import java.util.List;

/**
 * ROUGE-L as coco-caption and so the E2E challenge compute it: the mean over segments of an F-measure.
 *
 * <p>F = (1 + β²) P R / (R + β² P) with β = 1.2, where P and R are the largest, over the references, of
 * LCS / (hypothesis tokens) and LCS / (reference tokens); LCS is the length of the longest common subsequence.
 * A segment without a common token, such as an empty hypothesis, scores 0.
 *
 * <p>Text is lower-cased, split into words without punctuation. The published pipeline uses Stanford's PTB tokeniser
 * there; ours is simpler, so scores may differ a little from published ones.
 *
 * @param score the mean of the segments' scores, 0 … 1
 * @param segments each segment's F, 0 … 1
 * @see <a href="https://aclanthology.org/W04-1013">Lin, 2004</a>
 * @see <a href="https://arxiv.org/abs/1504.00325">Chen et al., 2015, Microsoft COCO captions</a>
 */
record RougeL(double score, List<Double> segments) {
    private static final double BETA_SQUARED = 1.2 * 1.2;

    /** Keeps a copy of the segments' scores. */
    RougeL {
        segments = List.copyOf(segments);
    }

    /** Scores a corpus, see {@link TextScore#corpus}. */
    static RougeL corpus(List<String> hypotheses, List<List<String>> references) {
        List<Double> scores = new ArrayList<>();
        double sum = 0;
        for (var segment : Segment.corpus(hypotheses, references, CaptionTokenizer::tokenize)) {
            double score = score(segment);
            scores.add(score);
            sum += score;
        }
        return new RougeL(sum / scores.size(), scores);
    }

    private static double score(Segment<List<String>> segment) {
        double precision = 0;
        double recall = 0;
        List<String> hypothesis = segment.hypothesis();
        for (List<String> reference : segment.references()) {
            int common = longestCommonSubsequence(hypothesis, reference);
            if (common > 0) {
                precision = Math.max(precision, (double) common / hypothesis.size());
                recall = Math.max(recall, (double) common / reference.size());
            }
        }
        return precision == 0
                ? 0
                : (1 + BETA_SQUARED) * precision * recall / (recall + BETA_SQUARED * precision);
    }

    private static int longestCommonSubsequence(List<String> a, List<String> b) {
        int[] row = new int[b.size() + 1];
        for (String token : a) {
            int diagonal = 0;
            for (int j = 1; j <= b.size(); j++) {
                int above = row[j];
                row[j] = token.equals(b.get(j - 1)) ? diagonal + 1 : Math.max(above, row[j - 1]);
                diagonal = above;
            }
        }
        return row[b.size()];
    }
}
