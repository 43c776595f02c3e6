/** Records that say what is to be done: models, training, methods, runs. No tensors, no other room. */
package org.bdia.config;
