/** Sweeps on a Spark cluster: the toolkit's side, the driver and the executors, in three JVMs. */
package org.bdia.spark;
