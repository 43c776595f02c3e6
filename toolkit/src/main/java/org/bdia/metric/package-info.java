/**
 * Scores of written text against references, from their published definitions; knows no model. METEOR is not here: it
 * needs WordNet and tables of paraphrases.
 */
package org.bdia.metric;
