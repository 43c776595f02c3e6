package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TextScoreTest {

    @Test
    void eachComputesItsOwnScore() {
        Corpora corpus = Corpora.random(1, 10);
        var texts = corpus.hypotheses();
        var references = corpus.references();
        assertThat(TextScore.BLEU.corpus(texts, references))
                .isEqualTo(Bleu.corpus(texts, references).score());
        assertThat(TextScore.CHRF.corpus(texts, references))
                .isEqualTo(Chrf.corpus(texts, references).score());
        assertThat(TextScore.NIST.corpus(texts, references))
                .isEqualTo(Nist.corpus(texts, references).score());
        assertThat(TextScore.ROUGE_L.corpus(texts, references))
                .isEqualTo(RougeL.corpus(texts, references).score());
        assertThat(TextScore.CIDER.corpus(texts, references))
                .isEqualTo(Cider.corpus(texts, references).score());
    }
}
