"""Signed artifacts: grants, requests, delegations, permits, receipts, proofs and what else docs/reference/formats.md has. The signatures
(Ed25519), the encoding (CBOR) and the fields of each; with chains.py it is all that chains, permits and proofs need."""

import hashlib

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
