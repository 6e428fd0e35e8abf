/**
 * The leak suite: canaries of others in one kernel, and thousands of generated attempts to get at them; beside it, as the control, the same attempts
 * against an application that keeps everybody's memory in one table and one index.
 */
@NullMarked
package ambit.attacks.leak;

import org.jspecify.annotations.NullMarked;
