/** Fault campaigns for ci/faults: faults injected into runs, and whether anything was lost or silently wrong. */
package org.bdia.ci.fault;
