/** Activations of a branch, exact or inverted: an inverted one keeps its value and a bit instead of its argument. Knows no model. */
package org.bdia.activation;
