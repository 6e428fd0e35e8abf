"""The five syscalls of Ambit for Python guests: one file, standard library only.

    import ambit

    commits = ambit.tool_call("git.git_log", {"repo_path": "/repo", "max_count": 5})
    ambit.memory_write("user/notes/last", {"commits": commits})
    previous = ambit.memory_read("user/notes/last")
    child = ambit.spawn_child("helper", input="summarise the parser", narrow={"git.git_log": {"at-most": 1}})
    print(ambit.tool_call(child))
    ambit.log({"step": "done"})

A capability is named by its handle, or, for reading ease, by the name under which this context holds it; the name is looked
up among this context's own handles and reaches nothing else. A refusal raises `Denied`, which has a `code` of a closed list
and a sentence. Values are JSON. Functions are safe to call from several threads: each call uses a connection of its own.

An answer is given back only with the core's signed proof that it is this context's answer to these very parameters, recorded
and not shown before; `Unproved` is raised otherwise (docs/reference/syscalls.md, "Proofs").

The kernel is found through AMBIT_SOCKET (a Unix socket, by default /run/kernel.sock) or else AMBIT_URL (loopback HTTP); whose
proofs count and what context this is, it says in AMBIT_CORE_KEY and AMBIT_CONTEXT.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import socket
import threading
from urllib.parse import urlsplit

__all__ = ["AmbitError", "Denied", "Unproved", "handles", "log", "memory_read", "memory_write", "pin", "spawn_child", "tool_call"]

_SOCKET = "/run/kernel.sock"


class AmbitError(Exception):
    """The kernel could not answer: it is gone, or the request was malformed."""


class Denied(AmbitError):
    """The kernel refused the syscall. `code` is one of the documented denial codes, `sentence` says why in words."""

    def __init__(self, code, sentence):
        super().__init__(f"denied ({code}): {sentence}")
        self.code = code
        self.sentence = sentence


class Unproved(AmbitError):
    """An answer without the core's proof that it is the answer to this call. Nothing of it is given back; what was asked for may
    have happened. Where the kernel does not say whose proofs count, this is raised before anything is asked."""

    def __init__(self, why):
        super().__init__(f"the answer is not proved to belong to this call: {why}")


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


def _connection():
    path = os.environ.get("AMBIT_SOCKET", _SOCKET)
    if os.path.exists(path):
        return _UnixConnection(path)
    url = os.environ.get("AMBIT_URL")
    if not url:
        raise AmbitError(f"no kernel here: {path} does not exist and AMBIT_URL is not set")
    return http.client.HTTPConnection(urlsplit(url).netloc)


def _encode(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def _request(path, body):
    """The members of the kernel's answer."""
    connection = _connection()
    try:
        connection.request("GET" if body is None else "POST", path, body, {"Content-Type": "application/json"})
        return _members(connection.getresponse().read().decode())
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as failure:
        raise AmbitError(f"{path}: no answer from the kernel: {failure}") from failure
    finally:
        connection.close()


def _require_ok(path, answer):
    if answer.get("ok", (None,))[0] is not True:
        if "code" in answer:
            raise Denied(answer["code"][0], answer.get("sentence", ("",))[0])
        raise AmbitError(f"{path}: unexpected answer from the kernel")


_SPACE = re.compile(r"[ \t\r\n]*")
_decode = json.JSONDecoder().raw_decode


def _members(text):
    """The members of a JSON object, each as its value and the exact text that stands between the colon and what ends it."""

    def expect(characters, at):
        at = _SPACE.match(text, at).end()
        if text[at : at + 1] not in tuple(characters):
            raise ValueError(f"expected {' or '.join(characters)} at character {at}")
        return at

    members, at = {}, expect("{", 0)
    while text[at] != "}":
        name, at = _decode(text, expect('"', at + 1))
        start = expect(":", at) + 1
        value, at = _decode(text, _SPACE.match(text, start).end())
        at = expect(",}", at)
        if name in members:
            raise ValueError("a member twice")
        members[name] = value, text[start:at]
    return members


# ---- Proofs: docs/reference/formats.md. The exact bytes are verified first and parsed after.

_pinned = None
_names = {}
_seen = set()
_oldest = -1  # no sequence up to this one is taken any more
_WINDOW = 1 << 16
_lock = threading.Lock()


def pin(core_key):
    """From now on only this core's proofs count, whatever AMBIT_CORE_KEY says: its public key in hexadecimal digits."""
    global _pinned
    _pinned = _hex(core_key, 32)


def _hex(text, size):
    if not re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text):
        raise ValueError(f"expected {2 * size} hexadecimal digits")
    return bytes.fromhex(text)


def _own():
    """The core's key and this context, or Unproved."""
    try:
        context = _hex(os.environ["AMBIT_CONTEXT"], 16)
        key = _hex(os.environ["AMBIT_CORE_KEY"], 32) if _pinned is None or "AMBIT_CORE_KEY" in os.environ else _pinned
    except (KeyError, ValueError):
        raise Unproved("AMBIT_CONTEXT and AMBIT_CORE_KEY do not say whose proofs count; the kernel sets them") from None
    if _pinned not in (None, key):
        raise Unproved("the kernel here has another core than the pinned one")
    return key, context


def _proved(path, body, params, member=None):
    """A member of an answer that is proved to belong to `params`; without one, the result that is proved is `{}`."""
    key, context = _own()
    answer = _request(path, body)
    value, exact = answer.get(member, (None, "")) if member else (None, "{}")
    if "proof" in answer:
        # What is no JSON comes as a string of it.
        results = [exact] + [value] * isinstance(value, str)
        digests = [hashlib.sha256(each.encode(errors="surrogatepass")).digest() for each in results]
        asked = hashlib.sha256(params).digest()
        scope = _check(answer["proof"][0], key, context, asked, digests)
        if scope:
            _check_scope(value, scope, asked)
    _require_ok(path, answer)
    if "proof" not in answer:
        raise Unproved("it has no proof")
    if member not in answer and member:
        raise AmbitError(f"{path}: unexpected answer from the kernel")
    return value


def _check(proof, key, context, params, results):
    try:
        cose = base64.b64decode(proof, validate=True)
    except (TypeError, ValueError):
        raise Unproved("its proof is malformed") from None
    header = b"\xa2\x01\x27\x04\x58\x20" + key
    begin = b"\x84" + _bytes(header) + b"\xa0"
    payload = cose[len(begin) : -66]
    payload = payload[2:] if payload[:1] == b"\x58" else payload[3:]
    if cose[:-64] != begin + _bytes(payload) + b"\x58\x40":
        raise Unproved("its proof is malformed, or another core's")
    if not _verifies(key, b"\x84\x6aSignature1" + _bytes(header) + b"\x4eambit/proof/v1" + _bytes(payload), cose[-64:]):
        raise Unproved("the signature of its proof does not verify")
    whose, sequence, asked, answered, status, scope = _fields(payload)
    if whose != context:
        raise Unproved("its proof is another context's")
    if asked != params:
        raise Unproved("its proof is for other parameters")
    if answered not in results:
        raise Unproved("its proof is for another result")
    if status != 0:
        raise Unproved("its proof is of a failure")
    _take(sequence)
    return scope


def _take(sequence):
    """Refuses a sequence that came before. Those far behind the newest are forgotten and refused all together."""
    global _oldest
    with _lock:
        if sequence in _seen or sequence <= _oldest:
            raise Unproved("its proof was shown before")
        _seen.add(sequence)
        if len(_seen) > 2 * _WINDOW:
            _oldest = sorted(_seen)[_WINDOW]
            _seen.difference_update([each for each in _seen if each <= _oldest])


def _head(major, n):
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if n < 24:
            return bytes([major | n])
        if n < 1 << 8 * size:
            return bytes([major | info]) + n.to_bytes(size, "big")


def _bytes(content):
    return _head(0x40, len(content)) + content


def _fields(payload):
    """Context, sequence, digests of parameters and result, status, and the root of a search's scope, empty for what is no search: of a
    payload that the core signed, so it is well formed."""

    def integer(at, major=0):
        info = payload[at] - major
        size = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
        return (int.from_bytes(payload[at + 1 : at + 1 + size], "big") if size else info), at + 1 + size

    sequence, at = integer(20)
    status, end = integer(at + 71)
    whole = b"\xa8\x01" + _bytes(payload[3:19]) + b"\x02" + _head(0, sequence)
    whole += b"\x03" + _bytes(payload[at + 3 : at + 35]) + b"\x04" + _bytes(payload[at + 38 : at + 70]) + b"\x05"
    if payload[: at + 71] != whole:
        raise Unproved("its proof is malformed")
    size, name = integer(integer(end + 1)[1] + 1, 0x60)
    root = payload[name + size + 1 :]
    if root != b"\x40" and (len(root) != 34 or root[:2] != b"\x58\x20"):
        raise Unproved("its proof is malformed")
    return payload[3:19], sequence, payload[at + 3 : at + 35], payload[at + 38 : at + 70], status, root[2:]


def _cbor(value):
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(0x20, ~value)
    if isinstance(value, bytes):
        return _bytes(value)
    if isinstance(value, str):
        return _head(0x60, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(0x80, len(value)) + b"".join(map(_cbor, value))
    if isinstance(value, dict):
        return _head(0xA0, len(value)) + b"".join(k + v for k, v in sorted((_cbor(k), _cbor(v)) for k, v in value.items()))
    raise ValueError("no value of a chunk")


def _tree(leaves):
    """The hash of the tree over these hashes of leaves, RFC 6962 §2.1."""
    while len(leaves) > 1:
        pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
        leaves = [hashlib.sha256(b"\x01" + b"".join(pair)).digest() if len(pair) > 1 else pair[0] for pair in pairs]
    return leaves[0]


def _check_scope(result, root, asked):
    """The reply of a search names the namespaces that were searched, and holds just the chunks that were found there."""
    try:
        scope, chunks = result["scope"], result["chunks"]
        opened = [[n["mount"], _hex(n["partition"], 32), _hex(n["snapshot"], 32)] for n in scope["namespaces"]]
        query, policy = _hex(scope["query"], 32), _hex(scope["policy"], 32)
        leaves = [_cbor(["ambit/scope/v1", opened, query, policy, len(chunks)])]
        mounts = [mount for mount, _, _ in opened]
        for chunk in chunks:
            where = [chunk["position"][name] for name in ("unit", "from", "to")]
            whole = ["ambit/chunk/v1", chunk["source"], chunk["title"], where, chunk["metadata"], chunk["text"]]
            leaves.append(_cbor([mounts.index(chunk["namespace"]), hashlib.sha256(_cbor(whole)).digest()]))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Unproved("it is a search's and says not in which scope") from None
    if query != asked or _tree([hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]) != root:
        raise Unproved("its chunks are not those that were found in its scope")


# ---- Ed25519, RFC 8032 §5.1.7. Nothing here is secret, so nothing needs constant time.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P
_D2 = 2 * _D % _P
_NEUTRAL = (0, 1, 1, 0)


def _add(p, q):
    (x, y, z, t), (u, v, w, s) = p, q
    a, b, c, d = (y - x) * (v - u) % _P, (y + x) * (v + u) % _P, _D2 * t * s % _P, 2 * z * w % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _double(p):
    x, y, z, _ = p
    a, b = x * x % _P, y * y % _P
    h, g = a + b, a - b
    e, f = h - (x + y) * (x + y) % _P, 2 * z * z + g
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiples(p):
    found = [_NEUTRAL]
    for _ in range(15):
        found.append(_add(found[-1], p))
    return found


def _point(encoded):
    """The point with this encoding, or None; only the shortest encoding of a point is one."""
    y = int.from_bytes(encoded, "little")
    odd, y = y >> 255, y % 2**255
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * v**3 * pow(u * v**7 % _P, (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if y >= _P or (v * x * x - u) % _P or (x == 0 and odd):
        return None
    x = x if x % 2 == odd else _P - x
    return x, y, 1, x * y % _P


def _small(p):
    x, y, z, _ = _double(_double(_double(p)))
    return x == 0 and y == z


_BASE = _multiples(_point(b"\x58" + b"\x66" * 31))


def _verifies(key, message, signature):
    a, s = _point(key), int.from_bytes(signature[32:], "little")
    if a is None or _small(a) or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    minus_a = _multiples((_P - a[0], a[1], 1, _P - a[3]))
    sum_ = _NEUTRAL
    for shift in range(252, -1, -4):  # s B - k A, four bits of both at once
        sum_ = _add(_double(_double(_double(_double(sum_)))), _BASE[s >> shift & 15])
        sum_ = _add(sum_, minus_a[k >> shift & 15])
    x, y, z, _ = sum_
    z = pow(z, -1, _P)
    return (y * z % _P | (x * z % _P & 1) << 255).to_bytes(32, "little") == signature[:32]


# ---- The syscalls


def handles():
    """The capabilities of this context: a list of {"name", "handle", "usesLeft", …}."""
    return _proved("/syscall/handles", None, b"", "handles")


def _handle(name_or_handle):
    """The handle that a name stands for in this context. That never changes, so it is asked for once."""
    if re.fullmatch("[0-9a-f]{32}", name_or_handle):
        return name_or_handle
    scope = _own()
    if scope not in _names:
        _names[scope] = {held["name"]: held["handle"] for held in reversed(handles())}
    return _names[scope].get(name_or_handle, name_or_handle)


def tool_call(handle, params=None):
    """Calls the tool, model or child behind a handle and returns its result."""
    handle, params = _handle(handle), _encode(params or {})
    body = b'{"handle":%b,"params":%b}' % (_encode(handle), params)
    return _proved("/syscall/tool_call", body, params, "result")


def memory_read(key):
    """The value stored under `key`; own writes of this transaction are seen."""
    params = _encode({"key": key})
    return _proved("/syscall/memory_read", params, params, "value")


def memory_write(key, value):
    """Stages a value; it is verified and kept when the transaction ends well, and dropped otherwise."""
    params = _encode({"key": key, "value": value})
    _proved("/syscall/memory_write", params, params)


def spawn_child(handle, input="", narrow=None):
    """Starts another agent with less authority; returns the handle whose `tool_call` gives the child's result."""
    body = _encode({"handle": _handle(handle), "input": input, "narrow": narrow or {}})
    return _proved("/syscall/spawn_child", body, body, "handle")


def log(event):
    """Adds an event to the audit log."""
    event = _encode(event)
    _proved("/syscall/log", b'{"event":%b}' % event, event)
