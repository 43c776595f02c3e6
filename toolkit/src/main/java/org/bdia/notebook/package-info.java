/** Java in notebooks: the thin Jupyter kernel, and what cells show. */
package org.bdia.notebook;
