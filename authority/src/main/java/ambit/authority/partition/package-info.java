/** What parts of memory are called at rest, and what their data keys are wrapped with. */
package ambit.authority.partition;
