/** Lucene's files at rest: sealed, and bound to their partition, their name and their place. */
package ambit.retrieval.encryption;
