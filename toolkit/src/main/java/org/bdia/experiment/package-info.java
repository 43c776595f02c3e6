/** The façade that ties the rooms together; imported by notebooks and the command line alone. */
package org.bdia.experiment;
