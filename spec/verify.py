#!/usr/bin/python3 -B
"""Verifies Ambit's chains, decisions, permits, receipts, proofs and logs from their specification (docs/reference/formats.md and
docs/constraints.md) alone: it shares no code with Ambit and needs nothing but Python 3.9.

    spec/verify.py spec/vectors.json      (or another file of vectors) checks that it agrees with every vector; exits with 0 if it does
    spec/verify.py log DIR|URL core.pub [OLD-CHECKPOINT…]      checks an export of a log, which must continue checkpoints that were kept
    spec/verify.py proof FILE.tlog-proof core.pub              checks that an entry is in a log
    spec/verify.py scope ANSWER.json core.pub                  checks which namespaces a search looked in, and its chunks
"""

import base64
import hashlib
import ipaddress
import json
import re
import sys
from decimal import Decimal

# ---- Ed25519, RFC 8032 §5.1, with the stricter rules for keys of docs/reference/formats.md

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
IDENTITY = (0, 1, 1, 0)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    q = IDENTITY
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


def point(encoded):
    """The point that 32 bytes encode, or None."""
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = point(bytes.fromhex("58" + "66" * 31))


def is_sound(key):
    """Whether this public key is the one encoding of a point whose order is not small."""
    p = point(key) if len(key) == 32 else None
    return p is not None and not same(times(8, p), IDENTITY)


def verifies(key, message, signature):
    if not is_sound(key) or len(signature) != 64:
        return False
    r, s = point(signature[:32]), int.from_bytes(signature[32:], "little")
    if r is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(h, point(key))))


# ---- deterministic CBOR, the subset of RFC 8949 that Ambit uses


class Malformed(Exception):
    """Bytes that are not exactly what their format demands."""


def demand(condition, rule="not well formed"):
    if not condition:
        raise Malformed(rule)


class Reader:
    def __init__(self, data):
        self.data, self.at, self.items = data, 0, 0

    def take(self, n):
        demand(self.at + n <= len(self.data), "cut off")
        self.at += n
        return self.data[self.at - n : self.at]

    def value(self, depth=0):
        self.items += 1
        demand(depth <= 160 and self.items <= 65536, "nested too deep or too many values")
        first = self.take(1)[0]
        major, info = first >> 5, first & 31
        if major == 7:
            demand(info in (20, 21, 22), "a simple value that is not used")
            return {20: False, 21: True, 22: None}[info]
        n = info
        if info >= 24:
            demand(info <= 27, "an indefinite or reserved length")
            size = 1 << info - 24
            n = int.from_bytes(self.take(size), "big")
            demand(n >= (24, 256, 65536, 2**32)[info - 24], "not the shortest form")
        if major in (0, 1):
            demand(n < 2**63, "an integer beyond 64 bits")
            return n if major == 0 else -1 - n
        if major == 2:
            return bytes(self.take(n))
        if major == 3:
            try:
                return self.take(n).decode("utf-8")
            except UnicodeDecodeError as e:
                raise Malformed("invalid UTF-8") from e
        if major == 4:
            return [self.value(depth + 1) for _ in range(n)]
        demand(major == 5, "a tag")
        pairs, last = {}, b""
        for _ in range(n):
            start = self.at
            key = self.value(depth + 1)
            encoded = self.data[start : self.at]
            demand(isinstance(key, (int, str)) and not isinstance(key, bool), "a key that is neither integer nor text")
            demand(encoded > last, "keys out of order")
            last = encoded
            pairs[key] = self.value(depth + 1)
        return pairs


def decode(data):
    reader = Reader(data)
    value = reader.value()
    demand(reader.at == len(data), "bytes after the end")
    return value


def encode(value):
    def head(major, n):
        for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if n < 24:
                return bytes([major << 5 | n])
            if n < 1 << 8 * size:
                return bytes([major << 5 | info]) + n.to_bytes(size, "big")

    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encode, value))
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(k + v for k, v in sorted((encode(k), encode(v)) for k, v in value.items()))
    return head(0, value) if value >= 0 else head(1, -1 - value)


# ---- signed artifacts

INT, TEXT, BOOL, ID, HASH, BYTES, MAYBE_HASH, LIST = "int text bool id hash bytes maybe list".split()
CONSTRAINT = (TEXT, INT, LIST, BOOL)
RATE = (INT, INT)
NARROWING = (INT, [CONSTRAINT], INT, BOOL, RATE)
COST, BUDGET, ALLOWANCE = (INT, INT, INT, TEXT), (TEXT, INT), (INT, INT)
APPROVAL = (INT, [HASH], INT, INT, INT)
CAP = (TEXT, INT, TEXT, INT, INT, [CONSTRAINT], BOOL, MAYBE_HASH, RATE, [COST], {0: APPROVAL})
FORMS = {
    "grant": (TEXT, ID, HASH, INT, INT, INT, TEXT, [CAP], [(TEXT, INT, INT, BYTES)], INT, [BUDGET]),
    "request": (HASH, ID, INT, INT, TEXT, HASH, BYTES, [NARROWING], [(TEXT, TEXT, TEXT)], HASH, [ALLOWANCE]),
    "delegation": (HASH, ID, INT, BYTES, [NARROWING], [NARROWING], TEXT, HASH, [ALLOWANCE], [TEXT]),
    "permit": (ID, TEXT, ID, INT, TEXT, HASH, INT, MAYBE_HASH, INT, INT, [TEXT]),
    "receipt": (ID, HASH, HASH, INT, INT, INT, [(TEXT, INT)], [(TEXT, [HASH])], MAYBE_HASH),
    "proof": (ID, INT, HASH, HASH, INT, INT, TEXT, MAYBE_HASH),
    "revocation": (TEXT, BYTES, TEXT, INT),
    "tenant-key": (TEXT, HASH, INT),
    "core-key": (TEXT, HASH, INT),
    "approval": (HASH, HASH, HASH, BOOL, INT, TEXT),
}


def field(form, value):
    if isinstance(form, tuple):
        return record(form, value)
    if isinstance(form, dict):
        return [] if value == 0 and not isinstance(value, bool) else record(form[0], value)
    if isinstance(form, list):
        demand(isinstance(value, list), "no list")
        return [field(form[0], item) for item in value]
    sizes = {ID: (16,), HASH: (32,), MAYBE_HASH: (0, 32)}
    kinds = {INT: int, TEXT: str, BOOL: bool, LIST: list}
    if form in kinds:
        demand(isinstance(value, kinds[form]) and (form == BOOL or not isinstance(value, bool)), "another type")
    else:
        demand(isinstance(value, bytes) and len(value) in sizes.get(form, (len(value),)), "not such bytes")
    return value


def record(form, value):
    demand(isinstance(value, dict) and list(value) == list(range(1, len(form) + 1)), "a field too few or too many")
    return [field(f, v) for f, v in zip(form, value.values())]


def signed(domain, key, cose):
    """The fields of the artifact that `key` signed in `domain`; Malformed where it did not."""
    parts = decode(cose)
    demand(isinstance(parts, list) and len(parts) == 4 and parts[1] == {}, "no COSE_Sign1")
    header, _, payload, signature = parts
    demand(header == encode({1: -8, 4: key}), "another header or another signer")
    demand(isinstance(payload, bytes) and isinstance(signature, bytes), "no payload or signature")
    message = encode(["Signature1", header, b"ambit/" + domain.encode() + b"/v1", payload])
    demand(verifies(key, message, signature), "the signature does not verify")
    return record(FORMS[domain], decode(payload))


def sha256(data):
    return hashlib.sha256(data).digest()


# ---- ML-DSA-44, FIPS 204, of which verification is all that is needed

Q, GAMMA1, GAMMA2, TAU, BETA, OMEGA = 8380417, 2**17, 95232, 39, 78, 80
ZETAS = [pow(1753, int(f"{m:08b}"[::-1], 2), Q) for m in range(256)]


def ntt(w):
    w, m, size = list(w), 0, 128
    while size:
        for start in range(0, 256, 2 * size):
            m += 1
            for j in range(start, start + size):
                t = ZETAS[m] * w[j + size]
                w[j], w[j + size] = (w[j] + t) % Q, (w[j] - t) % Q
        size //= 2
    return w


def from_ntt(w):
    w, m, size = list(w), 256, 1
    while size < 256:
        for start in range(0, 256, 2 * size):
            m -= 1
            for j in range(start, start + size):
                w[j], w[j + size] = (w[j] + w[j + size]) % Q, ZETAS[m] * (w[j + size] - w[j]) % Q
        size *= 2
    return [8347681 * x % Q for x in w]


def unpack(data, bits):
    whole = int.from_bytes(data, "little")
    return [whole >> bits * i & (1 << bits) - 1 for i in range(8 * len(data) // bits)]


def uniform(seed):
    data = hashlib.shake_128(seed).digest(3 * 1024)
    return [c for c in (n & 0x7FFFFF for n in unpack(data, 24)) if c < Q][:256]


def ball(seed):
    data, c = hashlib.shake_256(seed).digest(1024), [0] * 256
    signs, at = int.from_bytes(data[:8], "little"), 8
    for i in range(256 - TAU, 256):
        while data[at] > i:
            at += 1
        c[i], c[data[at]] = c[data[at]], 1 - 2 * (signs >> i + TAU - 256 & 1)
        at += 1
    return c


def hints(data):
    """Which coefficients have a hint, or None."""
    found, index = [set() for _ in range(4)], 0
    for i in range(4):
        end = data[OMEGA + i]
        places = data[index:end]
        if not index <= end <= OMEGA or any(b <= a for a, b in zip(places, places[1:])):
            return None
        found[i], index = set(places), end
    return found if not any(data[index:OMEGA]) else None


def high(r, hint):
    low = r % (2 * GAMMA2)
    low -= 2 * GAMMA2 if low > GAMMA2 else 0
    top = 0 if r - low == Q - 1 else (r - low) // (2 * GAMMA2)
    return (top + (1 if low > 0 else -1)) % 44 if hint else top


def ml_dsa_verifies(key, message, signature):
    if len(key) != 1312 or len(signature) != 2420:
        return False
    z = [[GAMMA1 - x for x in unpack(signature[32 + 576 * i : 608 + 576 * i], 18)] for i in range(4)]
    found = hints(signature[2336:])
    if found is None or any(abs(x) >= GAMMA1 - BETA for poly in z for x in poly):
        return False
    mu = hashlib.shake_256(hashlib.shake_256(key).digest(64) + b"\0\0" + message).digest(64)
    c, z, packed = ntt(ball(signature[:32])), [ntt(poly) for poly in z], 0
    for i in range(4):
        row = [uniform(key[:32] + bytes([j, i])) for j in range(4)]
        t = ntt([x << 13 for x in unpack(key[32 + 320 * i : 352 + 320 * i], 10)])
        w = from_ntt([sum(a[n] * b[n] for a, b in zip(row, z)) - c[n] * t[n] for n in range(256)])
        for n in range(256):
            packed |= high(w[n], n in found[i]) << 6 * (256 * i + n)
    return hashlib.shake_256(mu + packed.to_bytes(768, "little")).digest(32) == signature[:32]


# ---- signed notes: C2SP signed-note, tlog-checkpoint and tlog-cosignature

ED25519, COSIGNATURE, ML_DSA = 1, 4, 6
SIGNATURE = re.compile("\u2014 ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
CHECKPOINT = re.compile("([^\n]+)\n(0|[1-9][0-9]{0,17})\n([A-Za-z0-9+/]{43}=)\n(?:[^\n]+\n)*")


def plain(text):
    """The bytes of base64 in its one form."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as e:
        raise Malformed("no base64") from e
    demand(base64.b64encode(data).decode() == text, "no base64")
    return data


class Note:
    """A text with signatures below it."""

    def __init__(self, note):
        self.text, blank, below = note.rpartition("\n\n")
        self.text += "\n"
        demand(blank and below.endswith("\n") and not re.search("[\0-\x09\x0b-\x1f]", note), "no note")
        matches = [SIGNATURE.fullmatch(line) for line in below[:-1].split("\n")]
        demand(all(matches), "no note")
        self.signatures = [(m[1], plain(m[2])) for m in matches]
        demand(all(len(signature) > 4 for _, signature in self.signatures), "no note")

    def checkpoint(self):
        match = CHECKPOINT.fullmatch(self.text)
        demand(match is not None, "no checkpoint")
        return match[1], int(match[2]), plain(match[3])

    def signed_by(self, name, kind, key):
        """Whether this key signed; Malformed where the note says so and it did not."""
        key_id, signed_it = sha256(name.encode() + b"\n" + bytes([kind]) + key)[:4], False
        for said, signature in self.signatures:
            if said == name and signature[:4] == key_id:
                demand(self.holds(name, kind, key, signature[4:]), "a signature of a known key does not verify")
                signed_it = True
        return signed_it

    def holds(self, name, kind, key, signature):
        if kind == ED25519:
            return verifies(key, self.text.encode(), signature)
        stamp, rest = signature[:8], signature[8:]
        if kind == COSIGNATURE:
            time = int.from_bytes(stamp, "big")
            return verifies(key, f"cosignature/v1\ntime {time}\n{self.text}".encode(), rest)
        origin, size, tree = self.checkpoint()
        vectors = [bytes([len(part.encode())]) + part.encode() for part in (name, origin)]
        tail = bytes(8) + size.to_bytes(8, "big") + tree
        return ml_dsa_verifies(key, b"subtree/v1\n\0" + vectors[0] + stamp + vectors[1] + tail, rest)


# ---- the log: its checkpoint, and the keys that the core had one after the other

BOOT, CORE_KEY_ENDORSED, POST_QUANTUM_KEY = 1, 16, 19


def root(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"")
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


class Reign:
    """A core's key in a log of the sizes from `begins` to `ends`; `endorser` is the reign of the key that vouched for it."""

    def __init__(self, key, endorser, begins):
        self.key, self.endorser, self.begins, self.ends = key, endorser, begins, None
        self.post_quantum = []

    def ml_dsa(self, size):
        """The ML-DSA key that signs a checkpoint over so many entries beside `key`, or None."""
        return next((key for index, key in reversed(self.post_quantum) if index < size), None)

    def comes_from(self, key):
        return self.key == key or (self.endorser is not None and self.endorser.comes_from(key))


def reigns(origin, entries):
    found, present = [], None
    for index, entry in enumerate(map(decode, entries)):
        if entry[0] == BOOT and present is None:
            present = Reign(entry[3], None, 0)
            found.append(present)
        elif entry[0] == BOOT and entry[3] != present.key:
            heirs = [r for r in found if r.ends is None and r.key == entry[3]]
            demand(heirs, "another key that was not endorsed")
            present = heirs[0]
            for reign in found:
                reign.ends = index if reign.ends is None and reign is not present else reign.ends
        elif entry[0] == CORE_KEY_ENDORSED:
            demand(present is not None, "no key that could endorse")
            of, key, _ = signed("core-key", present.key, entry[3])
            demand(of == origin and key == entry[2] and is_sound(key), "a word about another log or key")
            demand(all(r.key != key for r in found), "a key that was there before")
            found.append(Reign(key, present, index + 1))
        elif entry[0] == POST_QUANTUM_KEY:
            demand(present is not None, "no key that it could stand beside")
            demand(len(entry[2]) == 1312, "no ML-DSA-44 key")
            present.post_quantum.append((index, entry[2]))
    return found


def node(left, right):
    return sha256(b"\1" + left + right)


def includes(index, size, leaf, proof, expected):
    """Whether the proof shows that the tree of this size and root has this leaf there: RFC 9162 §2.1.3.2."""
    if not 0 <= index < size or len(leaf) != 32:
        return False
    at, last = index, size - 1
    for sibling in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            leaf = node(sibling, leaf)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            leaf = node(leaf, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and leaf == expected


def continues(old, old_root, size, expected, proof):
    """Whether the proof shows that the tree of this size begins with the old one: RFC 9162 §2.1.4.2."""
    if not 0 <= old <= size:
        return False
    if old in (0, size):
        return not proof and (old > 0 or old_root == sha256(b"")) and (old < size or old_root == expected)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    proof = proof if at else [old_root] + proof
    if not proof:
        return False
    older = newer = proof[0]
    for sibling in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = node(sibling, older), node(sibling, newer)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            newer = node(newer, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and older == old_root and newer == expected


def require_signed(note, found, trusted, size):
    """Malformed unless the note is signed by a key in force over so many entries, and by the ML-DSA key that the log names beside it."""
    origin = note.checkpoint()[0]
    possible = [r for r in found if r.begins <= size and (r.ends is None or size <= r.ends) and r.comes_from(trusted)]
    signers = []
    for reign in possible if found else [Reign(trusted, None, 0)]:
        other = reign.ml_dsa(size)
        first = note.signed_by(origin, ED25519, reign.key)
        second = other is None or note.signed_by(origin, ML_DSA, other)
        signers += [second] if first else []
    demand(signers, "not signed by a key in force that is trusted")
    demand(any(signers), "not signed by the ML-DSA key that the log names")


def check_log(trusted, entries, note, *kept):
    """Malformed unless whoever trusts this key of the core can trust these entries with this checkpoint, which continue those kept."""
    leaves = [sha256(b"\0" + entry) for entry in entries]
    notes = [Note(note)] + [Note(text) for text in kept]
    found = reigns(notes[0].checkpoint()[0], entries)
    for one in notes:
        origin, size, expected = one.checkpoint()
        demand(origin == notes[0].checkpoint()[0], "a checkpoint of another log")
        demand(size <= len(leaves), "fewer entries than a checkpoint was signed over")
        demand(expected == root(leaves[:size]), "other entries than a checkpoint was signed over")
        require_signed(one, found, trusted, size)


def succession(note, origin, trusted):
    """This key and those that follow it by the endorsements below the note, whose lines have the type 255 and a name for one."""
    known, words = [trusted], []
    for name, line in note.signatures:
        try:
            parts = decode(line[4:])
            header = decode(parts[0]) if isinstance(parts, list) and parts and isinstance(parts[0], bytes) else {}
        except Malformed:
            continue
        signer = header.get(4) if isinstance(header, dict) else None
        if isinstance(signer, bytes) and name == origin:
            if line[:4] == sha256(name.encode() + b"\n\xffambit/core-key/v1" + signer)[:4]:
                words.append((signer, line[4:]))
    for _ in words:
        for signer, word in words:
            if signer in known:
                of, key, _ = signed("core-key", signer, word)
                demand(is_sound(key), "no sound key")
                known += [key] if of == origin and key not in known else []
    return known


def check_proof(trusted, text):
    """The index and the entry of a .tlog-proof (c2sp.org/tlog-proof), for whoever trusts this key of the core; Malformed if it proves nothing."""
    head, _, note = text.partition("\n\n")
    title, extra, index, *hashes = head.split("\n") + [""] * max(0, 3 - len(head.split("\n")))
    demand(title == "c2sp.org/tlog-proof@v1" and extra.startswith("extra "), "no proof that brings its entry")
    demand(re.fullmatch("index (0|[1-9][0-9]{0,17})", index), "no index")
    entry, note = plain(extra[6:]), Note(note)
    origin, size, expected = note.checkpoint()
    known = succession(note, origin, trusted)
    demand([key for key in known if note.signed_by(origin, ED25519, key)], "not signed by the core's key")
    index = int(index[6:])
    demand(includes(index, size, sha256(b"\0" + entry), [plain(h) for h in hashes], expected), "another entry or another tree")
    return index, entry


def resource(where, path):
    """A file of an export (c2sp.org/tlog-tiles) in a directory or at a URL."""
    if where.startswith(("http://", "https://")):
        import urllib.request

        with urllib.request.urlopen(where.rstrip("/") + "/" + path) as answer:
            return answer.read()
    with open(where.rstrip("/") + "/" + path, "rb") as file:
        return file.read()


def tile(level, number, width):
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    return f"tile/{level}/" + "/".join(groups) + ("" if width == 256 else f".p/{width}")


def check_export(trusted, where, *kept):
    """The entries of an export whose checkpoint is good for whoever trusts this key of the core, and continues those that were kept."""
    note = resource(where, "checkpoint").decode()
    size, entries = Note(note).checkpoint()[1], []
    while len(entries) < size:
        width = min(256, size - len(entries))
        bundle, at, number = resource(where, tile("entries", len(entries) // 256, width)), 0, len(entries)
        hashes = resource(where, tile(0, number // 256, width))
        for i in range(width):
            end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
            demand(at + 2 <= len(bundle) and end <= len(bundle), "a bundle that ends within an entry")
            entries.append(bundle[at + 2 : end])
            demand(hashes[32 * i : 32 * i + 32] == sha256(b"\0" + entries[-1]), f"entry {number + i} is not what its tile says")
            at = end
    check_log(trusted, entries, note, *kept)
    return entries


# ---- arguments and constraints, docs/constraints.md

ALLOWED, CONSTRAINT_VIOLATED, NOT_NAMED, MISSING, EXPIRED, NOT_YET, MAY_NOT_USE = 0, 3, 4, 5, 7, 8, 12
EQ, IN, MIN, MAX, PREFIX, GLOB, UNDER, ABSENT, ANY, NOT_IN, SUBSET, MAX_LENGTH, CIDR, HOST, URL, FROM = range(1, 17)
EMPTY = ("empty",)
PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
NAME = rf"(?:{LABEL}\.)*(?=[0-9-]*[A-Za-z]){LABEL}"
DOTTED = r"(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])(?:\.(?:0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])){3}"
ADDRESS = re.compile(
    rf"(https?)://((?:\*\.)?{NAME}|{DOTTED})(?::([1-9][0-9]{{0,4}}))?((?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{{2}})*)*)(\?[^#<>\\\s\x00-\x20\x7f-\U0010ffff]*)?(#[^#<>\\\s\x00-\x20\x7f-\U0010ffff]*)?"
)


def flat(value, path):
    """The arguments in `value`: pairs of a path, a list of names, and what is there."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from flat(member, path + ["~2" if name == "*" else name.replace("~", "~0").replace("/", "~1")])
    elif isinstance(value, list) and value:
        for item in value:
            yield from flat(item, path + ["*"])
    else:
        yield path, EMPTY if value in ({}, []) and isinstance(value, (dict, list)) else value


def kind(value):
    return "number" if isinstance(value, int) and not isinstance(value, bool) else type(value).__name__


def equal(value, operand):
    return kind(value) == kind(operand) and not isinstance(value, (Decimal, tuple)) and value == operand


def clean(path):
    """The segments of a clean absolute path, or None."""
    if not path.startswith("/") or "\\" in path or "\0" in path:
        return None
    segments = path[1:].split("/") if path != "/" else []
    return None if any(s in ("", ".", "..") for s in segments) else segments


def under(path, base):
    a, b = clean(path), clean(base)
    return a is not None and b is not None and a[: len(b)] == b


def glob(text, pattern):
    parts = re.findall(rb"\*\*|\*|\?|[^*?]", pattern, re.S)
    words = {b"**": b".*", b"*": b"[^/]*", b"?": b"[^/]"}
    return len(text) <= 4096 and re.fullmatch(b"".join(words.get(p, re.escape(p)) for p in parts), text, re.S) is not None


def address(text):
    if len(text) > 45 or "%" in text:
        return None
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return int(found) if found.version == 6 else 0xFFFF << 32 | int(found)


def within(text, network):
    where, bits = network.split("/")
    bits, found = int(bits) + (0 if ":" in where else 96), address(text)
    return found is not None and found >> 128 - bits == address(where) >> 128 - bits


def host(text, pattern):
    if len(text) > 253 or not re.fullmatch(NAME, text):
        return False
    text, pattern = text.lower(), pattern.lower()
    return text.endswith(pattern[1:]) and len(text) > len(pattern) - 1 if pattern.startswith("*.") else text == pattern


def place(text):
    """Scheme, port, host and path of a URL, or None."""
    found = ADDRESS.fullmatch(text) if len(text) <= 2048 else None
    if not found or re.search("//|%(?:2[eEfF5]|5[cC]|00)", found[4]):
        return None
    if int(found[3] or 0) > 65535 or len(found[2]) > 253:
        return None
    path = found[4] or "/"
    path = path[:-1] if len(path) > 1 and path.endswith("/") else path
    if clean(path) is None:
        return None
    return found[1], found[3] or {"http": "80", "https": "443"}[found[1]], found[2].lower(), path


def located(text, pattern):
    a, b = place(text), place(pattern)
    if a is None or b is None or "*" in a[2] or a[:2] != b[:2]:
        return False
    named = a[2].endswith(b[2][1:]) and len(a[2]) > len(b[2]) - 1 if b[2].startswith("*.") else a[2] == b[2]
    return named and under(a[3], b[3])


def number(value, operand):
    """`value` as a number that can be compared with this operand, or None."""
    if not isinstance(operand, str):
        return value if kind(value) == "number" else None
    if isinstance(value, str):
        return Decimal(value) if PLAIN.fullmatch(value) else None
    return value if kind(value) == "number" or isinstance(value, Decimal) else None


def holds(how, operands, value, received):
    """Whether a value at the very path of a constraint satisfies it. What was received: sources, and digests of values."""
    if how == FROM:
        plain = isinstance(value, str) or kind(value) == "number"
        return plain and sha256(encode(value)).hex() in received.get(operands[0], [])
    if how == IN:
        return any(equal(value, o) for o in operands)
    if not operands:
        return False
    if how == NOT_IN:
        return any(kind(value) == kind(o) for o in operands) and not any(equal(value, o) for o in operands)
    if value is EMPTY:
        return how in (SUBSET, MAX_LENGTH)
    first = operands[0]
    if how == EQ:
        return equal(value, first)
    if how in (MIN, MAX):
        n = number(value, first)
        return n is not None and (n >= Decimal(first) if how == MIN else n <= Decimal(first))
    if not isinstance(value, str):
        return False
    if how == MAX_LENGTH:
        return len(value) <= first
    if how in (CIDR, HOST, URL):
        return any({CIDR: within, HOST: host, URL: located}[how](value, o) for o in operands)
    if how == PREFIX:
        return value.encode().startswith(first.encode())
    if how == GLOB:
        return glob(value.encode(), first.encode())
    return how == UNDER and under(value, first)


def objects(constraint, path, value, received):
    """Whether a constraint refuses what stands at `path`."""
    named, how, operands = constraint[0].split("/"), constraint[1], constraint[2]
    if how == ANY:
        return False
    if named == path:
        return not holds(how, operands, value, received)
    shared = next((i for i, (a, b) in enumerate(zip(named, path)) if a != b), min(len(named), len(path)))
    if shared == len(named):
        element = path == named + ["*"]
        return not (element and ((how == MAX_LENGTH and value is not EMPTY) or (how == SUBSET and any(equal(value, o) for o in operands))))
    if shared == len(path):
        return how != ABSENT and value is not EMPTY
    return named[shared] == "*" or path[shared] == "*"


def speaks(constraint, path):
    named = constraint[0].split("/")
    return path == named or (constraint[1] in (ANY, SUBSET, MAX_LENGTH) and path[: len(named)] == named)


def block(constraints, closed, arguments, received):
    """What one block of a chain says to these arguments."""
    for c in constraints:
        elements = sum(path == c[0].split("/") + ["*"] for path, _ in arguments)
        if any(objects(c, path, value, received) for path, value in arguments) or (c[1] == MAX_LENGTH and elements > c[2][0]):
            return CONSTRAINT_VIOLATED
    for c in constraints:
        if not c[3] and c[1] != ABSENT and not any(speaks(c, path) for path, _ in arguments):
            return MISSING
    for path, value in arguments:
        shell = [c for c in constraints if value is EMPTY and c[0].startswith("/".join(path) + "/")]
        if closed and not shell and not any(speaks(c, path) for c in constraints):
            return NOT_NAMED
    return ALLOWED


def integer(text):
    demand(len(text) <= 48 and -(2**63) <= int(text) < 2**63, "an integer out of range")
    return int(text)


def decimal(text):
    demand(len(text) <= 48, "a number too long")
    value = Decimal(text)
    demand(value.is_finite() and len(value.as_tuple().digits) <= 40 and abs(value.adjusted()) <= 300, "a number out of range")
    return value


def depth(value):
    """How many arrays and objects stand around the deepest value."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max((1 + depth(v) for v in inside), default=0)


def strict(document):
    """The value of a JSON document in UTF-8: every name once, no lone surrogates, numbers and nesting within bounds."""

    def members(pairs):
        demand(len({name for name, _ in pairs}) == len(pairs), "a name twice")
        return dict(pairs)

    def refuse(_):
        raise Malformed("not a number")

    try:
        demand(len(document) <= 2**20, "a document too long")
        value = json.loads(
            document.decode(), object_pairs_hook=members, parse_int=integer, parse_float=decimal, parse_constant=refuse
        )
        json.dumps(value, default=str, ensure_ascii=False).encode()
        demand(depth(value) <= 32, "nested too deep")
    except (ValueError, RecursionError, ArithmeticError) as e:
        raise Malformed("not JSON") from e
    return value


def params(text):
    value = strict(text.encode())
    demand(isinstance(value, dict), "no object")
    return value


# ---- chains


def drops(bitmap, cap):
    return cap // 8 < len(bitmap) and bitmap[cap // 8] >> cap % 8 & 1 == 1


class Chain:
    """A chain whose signatures and links have been verified."""

    def __init__(self, tenant_key, grant, request, delegations, context_keys):
        fields = signed("grant", tenant_key, grant)
        (self.tenant, _, holder, begins, ends, depth, agent, self.caps, _, _, _) = fields
        demand(is_sound(holder), "an unsound key")
        demand(depth <= 64 and len(delegations) <= depth, "too deep")
        asked = signed("request", holder, request)
        demand(asked[0] == sha256(grant) and asked[4] == agent, "the request continues another grant")
        self.layers = [(asked[3], asked[6], asked[7])]
        self.window = (begins, ends)
        above = sha256(request)
        for delegation, key in zip(delegations, context_keys):
            given = signed("delegation", key, delegation)
            demand(given[0] == above, "the delegation continues another block")
            self.layers += [(given[2], given[3], given[5]), (given[2], given[3], given[4])]
            above = sha256(delegation)

    def decide(self, cap, arguments, now, received):
        """The code for a call of capability `cap` with these parameters at `now`, in milliseconds, in a context
        that received these values. Counts, rates and budgets are apart: they are state."""
        begins, ends = self.window
        _, _, _, flags, _, constraints, other, _, _, _, _ = self.caps[cap]
        demand(not any(drops(bitmap, cap) for _, bitmap, _ in self.layers), "the chain has dropped this capability")
        if not flags & (1 if len(self.layers) == 1 else 2):
            return MAY_NOT_USE
        if now < begins * 1000:
            return NOT_YET
        if now >= min([ends] + [expires for expires, _, _ in self.layers]) * 1000:
            return EXPIRED
        found = list(flat(arguments, [])) if arguments else []
        blocks = [(constraints, not other)]
        for _, _, narrowings in self.layers:
            blocks += [(n[1], n[3]) for n in narrowings if n[0] == cap]
        return next((code for code in (block(c, closed, found, received) for c, closed in blocks) if code), ALLOWED)


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


# ---- the scope of a search


def hash_of(text):
    demand(isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text), "no hash")
    return bytes.fromhex(text)


def check_scope(reply, root):
    """Whether the tree with this root holds the scope of a search and the chunks that are here: all of them, or some. Returns the digest
    of the query, the namespaces and how many chunks were found; Malformed if not."""
    try:
        scope, chunks = reply["scope"], reply["chunks"]
        opened = [[n["mount"], hash_of(n["partition"]), hash_of(n["snapshot"])] for n in scope["namespaces"]]
        mounts = [mount for mount, _, _ in opened]
        query, policy, count = hash_of(scope["query"]), hash_of(scope["policy"]), scope["count"]
        demand(type(count) is int and 0 <= count <= 65536, "no count")
        header = encode(["ambit/scope/v1", opened, query, policy, count])
        path = [hash_of(h) for h in scope["path"]]
        demand(includes(0, count + 1, sha256(b"\0" + header), path, root), "another scope than the one that was signed")
        for chunk in chunks:
            where = [chunk["position"][name] for name in ("unit", "from", "to")]
            whole = ["ambit/chunk/v1", chunk["source"], chunk["title"], where, chunk["metadata"], chunk["text"]]
            leaf = encode([mounts.index(chunk["namespace"]), sha256(encode(whole))])
            rank, path = chunk["rank"], [hash_of(h) for h in chunk["path"]]
            demand(type(rank) is int and rank > 0, "no rank")
            demand(includes(rank, count + 1, sha256(b"\0" + leaf), path, root), f"chunk {rank} is not one that was found in this scope")
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        raise Malformed("no reply of a search") from None
    return query, mounts, count


def unambiguous(pairs):
    """The members of an object; Malformed where two have one name, of which readers take different ones."""
    demand(len(dict(pairs)) == len(pairs), "two members of one name")
    return dict(pairs)


def check_answer(key, text):
    """What the core signed of an answer of POST /syscall/tool_call that is a search's: transaction, namespaces, chunks here, chunks found."""
    try:
        answer = json.loads(text, object_pairs_hook=unambiguous)
        cose, reply = base64.b64decode(answer["proof"], validate=True), answer["result"]
    except (KeyError, TypeError, ValueError):
        raise Malformed("no answer with a proof") from None
    fields = signed("proof", key, cose)
    demand(fields[7], "the answer of no search")
    query, mounts, count = check_scope(reply, fields[7])
    demand(query == fields[2], "the scope is of another query")
    return fields[6], mounts, len(reply["chunks"]), count


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
