/** The paper's arithmetic: exact BDIA steps, side bits and reversible stacks. Knows no model. */
package org.bdia.reversible;
