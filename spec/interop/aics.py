#!/usr/bin/python3 -B
"""Reads Ambit's logs with aics-tlog of PyPI, which Ambit shares no code with, and writes a log with it. Run by the Python of spec/interop/python.

    aics.py check DIR VKEYS OLD    an export; VKEYS is core.vkey, of which it knows the Ed25519 key; OLD is a checkpoint that was kept
    aics.py witness DIR VKEYS WITNESS    demands that the Ed25519 WITNESS (a verifier key) has cosigned the export's checkpoint
    aics.py write DIR              writes DIR/log, DIR/log.vkey and DIR/old, a checkpoint over 300 of its 700 entries
"""

import sys
from pathlib import Path

from aics_tlog import (
    Checkpoint,
    DirectoryTileStore,
    IncrementalTileWriter,
    VerifiedTileReader,
    audit_tiles,
    consistency_proof_from_tiles,
    inclusion_proof_from_tiles,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
    verify_consistency,
    verify_leaf_inclusion,
    vkey_from_ed25519,
)
from aics_tlog.note import format_vkey, parse_note, parse_vkey
from aics_tlog.tiles import FileSystemTileReader
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def demand(condition, what):
    if not condition:
        sys.exit(f"aics-tlog: {what}")


def opened(file, vkeys, witnesses=()):
    note = parse_note(Path(file).read_text())
    key = parse_vkey(Path(vkeys).read_text().split()[0])
    verified = verify_checkpoint(note, key, [parse_vkey(w) for w in witnesses], quorum=len(witnesses))
    demand(verified.ok, f"{file}: {verified.error}")
    return parse_checkpoint(note.text)


def check(directory, vkeys, old):
    newest, kept = opened(Path(directory, "checkpoint"), vkeys), opened(old, vkeys)
    files = FileSystemTileReader(directory)
    report = audit_tiles(files, newest.size, newest.root)
    reader = VerifiedTileReader(files, newest.size, newest.root)
    for index in range(0, newest.size, 41):
        proof = inclusion_proof_from_tiles(reader, index, newest.size)
        demand(verify_leaf_inclusion(reader.entry(index), index, newest.size, proof, newest.root), f"entry {index} is not included")
    growth = consistency_proof_from_tiles(reader, kept.size, newest.size)
    demand(verify_consistency(kept.size, newest.size, kept.root, newest.root, growth), "the log does not continue what was kept")
    print(f"aics-tlog: {newest.size} entries in {report.bundles} bundles and {report.tiles} tiles agree, and continue the {kept.size} that were kept")


def witness(directory, vkeys, key):
    opened(Path(directory, "checkpoint"), vkeys, [key])
    print("aics-tlog: the witness has cosigned")


def write(directory):
    name, key = "log.example/aics", Ed25519PrivateKey.generate()
    store = DirectoryTileStore(Path(directory, "log"))
    writer, entries = IncrementalTileWriter(store), [b"", b"x" * 65535] + [f"entry {i} of somebody else's log".encode() for i in range(2, 700)]
    writer.append(entries[:300])
    Path(directory, "old").write_bytes(sign_checkpoint(Checkpoint(name, 300, writer.root()), key, name).to_bytes())
    writer.append(entries[300:])
    store.write_checkpoint(sign_checkpoint(Checkpoint(name, 700, writer.root()), key, name).to_bytes())
    Path(directory, "log.vkey").write_text(format_vkey(vkey_from_ed25519(name, key.public_key())) + "\n")


if __name__ == "__main__":
    {"check": check, "witness": witness, "write": write}[sys.argv[1]](*sys.argv[2:])
