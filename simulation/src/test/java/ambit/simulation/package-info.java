/**
 * The core, its log and models of its peers under one seed: what happens, in which order, and what breaks. {@code scripts/simulate} runs it for
 * as long as you like.
 */
package ambit.simulation;
