/** Notebooks in any Java kernel: what cells show, and progress. */
package org.bdia.notebook;
