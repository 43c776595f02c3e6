/** Runs on disk: configuration, manifest, metrics, and who is writing them. Knows no tensor library. */
package org.bdia.run;
