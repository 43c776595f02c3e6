/** The training loop, optimisers with visible state, schedules and atomic checkpoints. */
package org.bdia.train;
