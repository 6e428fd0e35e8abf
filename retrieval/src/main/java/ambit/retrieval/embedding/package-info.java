/** Texts as vectors: in this process, or by an endpoint. */
package ambit.retrieval.embedding;
