/** Transformers as ordinary DJL blocks, built around a reversible stack. */
package org.bdia.nn;
