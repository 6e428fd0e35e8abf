package ambit.log;

import ambit.wire.Blob;

/** A state of the log: how many entries, and their RFC 6962 Merkle root (32 bytes). */
public record Head(long size, Blob root) {}
