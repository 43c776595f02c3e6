/**
 * Scores of generated text against human references, in plain Java: {@link org.bdia.metric.TextScore}.
 *
 * <p>METEOR is left out: it needs WordNet and tables of paraphrases, which this toolkit does not carry.
 */
package org.bdia.metric;
