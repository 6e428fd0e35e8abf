package ambit.attacks.leak;

/**
 * What came of an attempt.
 *
 * @param digest of all that it said, by which it is compared with the answer to the same attempt when nobody else had anything
 * @param leaked whether somebody else's witness was in it
 * @param own whether any witness was in it at all
 * @param begins how what it said begins, for whoever looks into a failure
 */
record Answer(int number, String digest, boolean leaked, boolean own, long nanos, String begins) {}
