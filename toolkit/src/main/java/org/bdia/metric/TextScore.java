package org.bdia.metric;

import java.util.List;

/** Scores of generated texts against human references; each takes raw, untokenised text and has its own tokenisation. */
public enum TextScore {
    /** BLEU, 0 … 100, as sacreBLEU computes it by default; case-sensitive. */
    BLEU,

    /** chrF, 0 … 100, as sacreBLEU computes it by default; case-sensitive. */
    CHRF,

    /** NIST of order 5, at least 0, as mteval-v13a computes it. */
    NIST,

    /** ROUGE-L, 0 … 1, as coco-caption computes it, but for its tokeniser. */
    ROUGE_L,

    /** CIDEr-D, 0 … 10, as coco-caption computes it, but for its tokeniser. */
    CIDER;

    /**
     * Scores a corpus. An empty hypothesis is legal and matches nothing.
     *
     * @param hypotheses one generated text per segment
     * @param references each segment's references, at least one, in the hypotheses' order
     * @throws IllegalArgumentException if there is no hypothesis, the two lists differ in length, or a hypothesis has no reference
     */
    public double corpus(List<String> hypotheses, List<List<String>> references) {
        return switch (this) {
            case BLEU -> Bleu.corpus(hypotheses, references).score();
            case CHRF -> Chrf.corpus(hypotheses, references).score();
            case NIST -> Nist.corpus(hypotheses, references).score();
            case ROUGE_L -> RougeL.corpus(hypotheses, references).score();
            case CIDER -> Cider.corpus(hypotheses, references).score();
        };
    }
}
