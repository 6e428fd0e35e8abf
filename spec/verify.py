#!/usr/bin/python3 -B
"""Verifies Ambit's chains, decisions, permits, receipts, proofs and logs from their specification (docs/reference/formats.md and
docs/constraints.md) alone: it shares no code with Ambit and needs nothing but Python 3.9.

    spec/verify.py spec/vectors.json      (or another file of vectors) checks that it agrees with every vector; exits with 0 if it does
    spec/verify.py log DIR|URL core.pub [OLD-CHECKPOINT…]      checks an export of a log, which must continue checkpoints that were kept
    spec/verify.py proof FILE.tlog-proof core.pub              checks that an entry is in a log
    spec/verify.py scope ANSWER.json core.pub                  checks which namespaces a search looked in, and its chunks
"""

import json
import sys

from artifacts import Malformed, decode, demand, encode, is_sound, sha256, signed, verifies
from chains import Chain, params, strict
from logs import check_export, check_log, check_proof, continues, includes, ml_dsa_verifies, plain
from scopes import check_answer, check_scope


# ---- vectors


def outcome(test):
    try:
        return test()
    except Malformed:
        return "refused"


def check(vector):
    """What the specification says of one vector; it must be what the vector says."""
    data = {k: bytes.fromhex(v) for k, v in vector.items() if k.endswith("Hex")}
    if vector["test"] == "cbor":
        return outcome(lambda: (decode(data["bytesHex"]), "accepted")[1])
    if vector["test"] == "json":
        return outcome(lambda: (strict(data["bytesHex"]), "accepted")[1])
    if vector["test"] == "ed25519":
        return "accepted" if verifies(data["keyHex"], data["messageHex"], data["signatureHex"]) else "refused"
    if vector["test"] == "ml-dsa":
        return "accepted" if ml_dsa_verifies(data["keyHex"], data["messageHex"], data["signatureHex"]) else "refused"
    if vector["test"] == "signature":
        return outcome(lambda: signed(vector["domain"], data["keyHex"], data["coseHex"]) and "accepted")
    if vector["test"] == "key":
        return "accepted" if is_sound(data["keyHex"]) else "refused"
    if vector["test"] == "log":
        entries = [bytes.fromhex(h) for h in vector["entries"]]
        return outcome(lambda: (check_log(data["keyHex"], entries, vector["note"]), "accepted")[1])
    if vector["test"] in ("inclusion", "consistency"):
        proof = [bytes.fromhex(h) for h in vector["proof"]]
        if vector["test"] == "inclusion":
            holds_it = includes(vector["index"], vector["size"], data["leafHex"], proof, data["rootHex"])
        else:
            holds_it = continues(vector["size1"], data["root1Hex"], vector["size2"], data["root2Hex"], proof)
        return "accepted" if holds_it else "refused"
    if vector["test"] == "permit":
        fields = signed("permit", data["keyHex"], data["coseHex"])
        return "accepted" if fields[5] == sha256(data["paramsHex"]) and fields[2] == data["contextHex"] else "refused"
    if vector["test"] == "proof":
        fields = signed("proof", data["keyHex"], data["coseHex"])
        bound = [data["contextHex"], vector["sequence"], sha256(data["paramsHex"]), sha256(data["resultHex"])]
        return "accepted" if fields[:4] == bound else "refused"
    if vector["test"] == "scope":
        return outcome(lambda: (check_scope(json.loads(vector["reply"]), data["rootHex"]), "accepted")[1])
    if vector["test"] == "approval":
        fields = signed("approval", data["keyHex"], data["coseHex"])
        shown = sha256(data["paramsHex"])
        asked = [data["grantHex"], data["principalHex"], vector["capability"], data["definitionHex"], shown]
        return "accepted" if fields[:4] == [data["coreHex"], sha256(encode(asked)), shown, True] else "refused"
    hexes = [bytes.fromhex(h) for h in vector["delegations"]], [bytes.fromhex(h) for h in vector["contextKeys"]]
    chain = outcome(lambda: Chain(data["tenantKeyHex"], data["grantHex"], data["requestHex"], *hexes))
    if chain == "refused":
        return chain
    return [str(outcome(lambda: chain.decide(cap, params(text), now, vector["received"]))) for cap, text, now in vector["calls"]]


# ---- the command


def public_key(file):
    """The key of core.pub."""
    with open(file, encoding="ascii") as lines:
        label, _, key = lines.read().strip().partition(" ")
    demand(label == "ambit-ed25519", "no public key of a core")
    return plain(key)


def verify(what, where, key, *kept):
    """`log`, `proof` and `scope`: 0 and one line on success."""
    try:
        if what == "scope":
            with open(where, encoding="utf-8") as file:
                transaction, mounts, here, count = check_answer(public_key(key), file.read())
            print(f"{here} of the {count} chunks that transaction {transaction} found in {', '.join(mounts)}, and nowhere else")
            return
        if what == "proof":
            with open(where, encoding="utf-8") as file:
                index, entry = check_proof(public_key(key), file.read())
            print(f"entry {index} is in the log: {decode(entry)}")
        else:
            notes = []
            for name in kept:
                with open(name, encoding="utf-8") as file:
                    notes.append(file.read())
            entries = check_export(public_key(key), where, *notes)
            print(f"{len(entries)} entries, signed by the core" + "".join(f"; continues {name}" for name in kept))
    except (Malformed, OSError, UnicodeDecodeError) as e:
        sys.exit(f"{where}: {e}")


def main():
    if len(sys.argv) >= 4 and sys.argv[1] in ("log", "proof", "scope"):
        return verify(*sys.argv[1:])
    if len(sys.argv) != 2:
        sys.exit("usage: spec/verify.py VECTORS | log DIR|URL CORE.PUB [OLD-CHECKPOINT…] | proof FILE CORE.PUB | scope ANSWER CORE.PUB")
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    cases = wrong = 0
    for i, vector in enumerate(vectors):
        said, expected = check(vector), vector["expect"]
        pairs = list(zip(said, expected)) if isinstance(said, list) and len(said) == len(expected) else [(said, expected)]
        cases += len(pairs)
        for n, (one, other) in enumerate(pairs):
            if one != other:
                wrong += 1
                print(f"vector {i} ({vector['name']}), case {n}: {one}, but the vector says {other}: {vector.get('calls', [''] * 999)[n]}")
    print(f"{cases - wrong} of {cases} cases agree, in {len(vectors)} vectors")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
