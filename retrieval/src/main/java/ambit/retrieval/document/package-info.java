/** Hostile documents taken apart into chunks. */
package ambit.retrieval.document;
