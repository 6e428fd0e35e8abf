package ambit.drivers.redaction;

/** A part of a text that must not be kept: from the one index until just before the other. */
record Span(int from, int to) {}
