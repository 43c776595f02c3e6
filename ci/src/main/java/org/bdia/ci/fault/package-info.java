/** The fault campaigns of ci/faults: what is done to runs on purpose, and whether anything was lost or silently wrong. */
package org.bdia.ci.fault;
