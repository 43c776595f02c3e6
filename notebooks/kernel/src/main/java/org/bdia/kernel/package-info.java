/** The thin Jupyter kernel for Java, and its installation. */
package org.bdia.kernel;
