/** What only CI needs: benchmark grids and fault campaigns. */
package org.bdia.ci;
