/**
 * Scores of generated text against human references, in plain Java: {@link org.bdia.metric.Bleu}, {@link
 * org.bdia.metric.Chrf}, {@link org.bdia.metric.Nist}, {@link org.bdia.metric.RougeL} and {@link
 * org.bdia.metric.Cider}.
 *
 * <p>Every score takes raw, untokenised text: a list of hypotheses and, in the same order, a list of references
 * for each. Each score documents its own tokenisation. An empty hypothesis is legal and matches nothing.
 *
 * <p>METEOR is left out: it needs WordNet and tables of paraphrases, which this toolkit does not carry.
 */
package org.bdia.metric;
