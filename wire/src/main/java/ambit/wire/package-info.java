/** What the processes say to each other: deterministic CBOR, frames, strict JSON and every message as a record. */
package ambit.wire;
