/** The grids of ci/bench. */
package org.bdia.ci.bench;
