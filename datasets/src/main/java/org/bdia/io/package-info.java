/**
 * Files, hashes, random numbers, JSON and child JVMs for the other packages of this project.
 *
 * <p>Internal: no public method elsewhere takes or returns a type of this package, and any version may change it.
 */
package org.bdia.io;
