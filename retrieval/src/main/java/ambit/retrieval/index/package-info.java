/** One index per namespace, and searches over several of them. */
package ambit.retrieval.index;
