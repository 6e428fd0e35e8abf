"""Which namespaces a search looked in, and its chunks: docs/reference/retriever.md."""

import base64
import json
import re

from artifacts import Malformed, demand, encode, sha256, signed
from logs import includes

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
