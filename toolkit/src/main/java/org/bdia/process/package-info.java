/** Child JVMs: how they are started. */
package org.bdia.process;
