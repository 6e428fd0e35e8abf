"""Logs: their checkpoints, proofs and exports, as C2SP and docs/reference/formats.md have them."""

import base64
import hashlib
import re

from artifacts import Malformed, decode, demand, is_sound, sha256, signed, verifies

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
