/** Benchmark grids and fault campaigns for CI. */
package org.bdia.ci;
