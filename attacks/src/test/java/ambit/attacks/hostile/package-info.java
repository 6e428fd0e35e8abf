/**
 * The hostile broker: an attacker's program in the broker's place, everything it tries, and for each attempt a test build whose defence
 * is switched off, in which it succeeds.
 *
 * <p>What is packed into the broker's jar uses nothing but the JDK and the trusted base.
 */
@NullMarked
package ambit.attacks.hostile;

import org.jspecify.annotations.NullMarked;
