/** Data sets read from their published layouts into plain Java arrays; no tensor library is needed. */
package org.bdia.data;
