/** The command line {@code bdia}. */
package org.bdia.cli;
