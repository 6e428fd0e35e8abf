/**
 * The core process on disks that lose their power, fail and fill up, and under clocks that jump: what it acknowledged it must know again, and
 * what it cannot record it must not allow.
 */
package ambit.faults;
