/** Peak memory and step time of training, measured one process per point and side by side. */
package org.bdia.measure;
