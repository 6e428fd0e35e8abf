/**
 * What bytes from outside may not do to the parsers and to the core: a target for each, that Jazzer drives ({@code scripts/fuzz}) and whose
 * corpus {@link ambit.fuzz.CorpusTest} replays.
 */
package ambit.fuzz;
