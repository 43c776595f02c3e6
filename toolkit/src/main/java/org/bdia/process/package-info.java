/** Child JVMs: how they are started and ended. */
package org.bdia.process;
