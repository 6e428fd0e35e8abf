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

The kernel is found through AMBIT_SOCKET (a Unix socket, by default /run/kernel.sock) or else AMBIT_URL (loopback HTTP).
"""

import http.client
import json
import os
import socket
from urllib.parse import urlsplit

__all__ = ["AmbitError", "Denied", "handles", "tool_call", "memory_read", "memory_write", "spawn_child", "log"]

_SOCKET = "/run/kernel.sock"


class AmbitError(Exception):
    """The kernel could not answer: it is gone, or the request was malformed."""


class Denied(AmbitError):
    """The kernel refused the syscall. `code` is one of the documented denial codes, `sentence` says why in words."""

    def __init__(self, code, sentence):
        super().__init__(f"denied ({code}): {sentence}")
        self.code = code
        self.sentence = sentence


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


def _request(method, path, body=None):
    connection = _connection()
    try:
        data = None if body is None else json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        connection.request(method, path, data, {"Content-Type": "application/json"})
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError) as failure:
        raise AmbitError(f"{path}: no answer from the kernel: {failure}") from failure
    finally:
        connection.close()
    if not isinstance(answer, dict) or answer.get("ok") is not True:
        if isinstance(answer, dict) and "code" in answer:
            raise Denied(answer["code"], answer.get("sentence", ""))
        raise AmbitError(f"{path}: unexpected answer from the kernel")
    return answer


def handles():
    """The capabilities of this context: a list of {"name", "handle", "usesLeft", …}."""
    return _request("GET", "/syscall/handles")["handles"]


def _handle(name_or_handle):
    for held in handles():
        if name_or_handle in (held["handle"], held["name"]):
            return held["handle"]
    return name_or_handle


def tool_call(handle, params=None):
    """Calls the tool, model or child behind a handle and returns its result."""
    return _request("POST", "/syscall/tool_call", {"handle": _handle(handle), "params": params or {}})["result"]


def memory_read(key):
    """The value stored under `key`; own writes of this transaction are seen."""
    return _request("POST", "/syscall/memory_read", {"key": key})["value"]


def memory_write(key, value):
    """Stages a value; it is verified and kept when the transaction ends well, and dropped otherwise."""
    _request("POST", "/syscall/memory_write", {"key": key, "value": value})


def spawn_child(handle, input="", narrow=None):
    """Starts another agent with less authority; returns the handle whose `tool_call` gives the child's result."""
    body = {"handle": _handle(handle), "input": input, "narrow": narrow or {}}
    return _request("POST", "/syscall/spawn_child", body)["handle"]


def log(event):
    """Adds an event to the audit log."""
    _request("POST", "/syscall/log", {"event": event})
