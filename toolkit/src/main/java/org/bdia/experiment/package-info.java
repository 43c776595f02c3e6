/** The façade over the other packages, for notebooks, the command line and CI. */
package org.bdia.experiment;
