"""Chains of a grant, a request and delegations, and what they allow: docs/constraints.md and docs/reference/formats.md."""

import ipaddress
import json
import re
from decimal import Decimal

from artifacts import Malformed, demand, encode, is_sound, sha256, signed

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
