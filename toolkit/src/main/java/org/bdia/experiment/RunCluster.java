package org.bdia.experiment;

import java.util.Map;
import org.bdia.run.RunStore;

/** A kind of cluster that executes runs. A jar on the class path provides it to {@link java.util.ServiceLoader}. */
public interface RunCluster {

    /**
     * Connects to a cluster.
     *
     * @param master the cluster's address, for example {@code spark://host:7077}
     * @param settings the cluster's own settings, by their names
     * @param command how an attempt at a run is executed, see {@link ChildCommand#attempt}
     * @param store the runs, in a folder that all machines share
     * @throws ExperimentException if there is no such cluster, or it cannot execute runs; says why
     */
    RunPlace open(
            String master, Map<String, String> settings, ChildCommand command, RunStore store);
}
