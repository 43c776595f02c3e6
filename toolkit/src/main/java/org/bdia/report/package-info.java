/**
 * From result rows to what a reader sees: figures, tables, comparisons and the claims that are checked.
 *
 * <p>Nothing here computes with tensors: a report is made from numbers and files alone.
 */
package org.bdia.report;
