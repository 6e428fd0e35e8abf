"""Makes the attempts of the leak suite, and looks at every byte that comes back; attempts.jsonl beside this file says which.

An answer leaks if a witness of anybody else's is in it, however it is spelled. What else it says is kept as one hash, without proofs, which are
new each time, and without the ids that the attempt itself named.
"""

import base64
import hashlib
import http.client
import json
import os
import re
import sys
import threading
import time

import kernel

HERE = os.path.dirname(os.path.abspath(__file__))
WITNESS = b"canarywt7q"
PROOF = re.compile(rb'"proof":"[A-Za-z0-9+/=]*"')
TOKEN = re.compile(r"@(handle|id):([^@]*)@")


def spellings():
    """How the beginning of a witness looks elsewhere than in plain text."""
    found = {WITNESS.hex().encode(), WITNESS.decode().encode("utf-16-le")[:-1], WITNESS[::-1]}
    for shift in range(3):
        text = base64.b64encode(b"x" * shift + WITNESS)
        found.add(text[-(-shift * 8 // 6) : len(text) - 4])
    return found


SPELLINGS = spellings()


def leaked(data, own):
    text = data.lower()
    if b"\\u" in text:
        text += data.decode(errors="replace").encode().decode("unicode_escape", errors="replace").encode(errors="replace").lower()
    for found in re.finditer(WITNESS + rb"(.)", text):
        if found[1].decode("latin-1") != own:
            return True
    return any(spelling in data for spelling in SPELLINGS)


class Shooter:
    """One connection, and what the attempts on it are made with."""

    def __init__(self, handles, own, ids):
        self.handles, self.own, self.ids = handles, own, ids
        self.connection = kernel.UnixConnection(os.environ["AMBIT_SOCKET"], 300)

    def answered(self, method, path, body):
        """A connection that the kernel has closed after a request that is none is no answer to the next one."""
        # In one piece: who is refused by the first line shall still hear it.
        whole = f"{method} {path} HTTP/1.1\r\nHost: kernel\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        for last in (False, False, True):
            try:
                if self.connection.sock is None:
                    self.connection.connect()
                self.connection.sock.sendall(whole)
                answer = http.client.HTTPResponse(self.connection.sock, method=method)
                answer.begin()
                data = answer.read()
                if answer.will_close:
                    self.connection.close()
                return answer.status, data
            except (OSError, http.client.HTTPException) as failure:
                self.connection.close()
                if last:
                    return 0, str(failure).encode()

    def shoot(self, attempt):
        named = []

        def value(token):
            if token[1] == "handle":
                return self.handles.get(token[2], token[2])
            named.append(self.ids[int(token[2]) % len(self.ids)])
            return named[-1]

        path, body = (TOKEN.sub(value, attempt[part]) for part in ("path", "body"))
        begun = time.perf_counter_ns()
        status, data = self.answered(attempt["method"], path, body.encode())
        took = time.perf_counter_ns() - begun
        plain = PROOF.sub(b"", data)
        for each in named:
            plain = plain.replace(each.encode(), b"ID")
        digest = hashlib.sha256(b"%d " % status + plain).hexdigest()[:16]
        return [attempt["number"], status, digest, int(leaked(data, self.own)), int(WITNESS in data), took, plain[:300].decode(errors="replace")]


def attempts(children):
    with open(f"{HERE}/attempts.jsonl", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    return [each for each in found if (each["kind"] == "CHILDREN") == children]


def ids():
    with open(f"{HERE}/ids.json", encoding="utf-8") as file:
        return json.load(file)


def all_of(mine, handles, own, threads=3):
    results, known, progress = [], ids(), [time.monotonic()]

    def some(first):
        shooter = Shooter(handles, own, known)
        for attempt in mine[first::threads]:
            results.append(shooter.shoot(attempt))
            if time.monotonic() > progress[0] + 5:
                progress[0] = time.monotonic()
                print(f"ATTEMPTS {len(results)}/{len(mine)}", flush=True)

    running = [threading.Thread(target=some, args=(first,)) for first in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return results


BATCH = 40


def in_children(handles):
    """The attempts of children, which get their parent's handles told and own none of what the parent has."""
    results = []
    for first in range(0, len(attempts(True)), BATCH):
        program = f"import leaks; leaks.child({first}, {json.dumps(handles)})"
        started = kernel.spawn("agent.child", program)
        answer = kernel.call(started["handle"], {}, timeout=300)
        said = re.search(r"CHILD ([A-Za-z0-9+/=]+)", json.dumps(answer))
        results += json.loads(base64.b64decode(said[1]))
    return results


def child(first, handles):
    results = all_of(attempts(True)[first : first + BATCH], handles, "", 1)
    print("CHILD", base64.b64encode(json.dumps(results).encode()).decode())


def everything(own):
    """Makes all attempts twice: before the others have planted anything, and after."""
    handles = {name: each["handle"] for name, each in kernel.handles().items()}
    for moment in ("BEFORE", "AFTER"):
        if moment == "AFTER":
            sys.stdin.readline()
        results = all_of(attempts(False), handles, own) + in_children(handles)
        print("RESULTS", moment, json.dumps(results), flush=True)


def plant(name):
    """Writes and adds what a file beside this one says."""
    with open(f"{HERE}/{name}.json", encoding="utf-8") as file:
        plants = json.load(file)
    add = kernel.handles().get("retriever.add", {}).get("handle")
    for each in plants:
        if "key" in each:
            answer = kernel.write(each["key"], each["value"])
        else:
            answer = kernel.call(add, each)
        assert answer["ok"], (each, answer)


def alive(name, code=1):
    """Plants, tells its handles, and lives until it is told to end, with this code."""
    plant(name)
    session = kernel.Mcp().session
    print("PLANTED", json.dumps([each["handle"] for each in kernel.handles().values()] + [session]), flush=True)
    sys.stdin.readline()
    sys.exit(code)


def there(name):
    """How much of what a file says is in memory."""
    with open(f"{HERE}/{name}.json", encoding="utf-8") as file:
        return sum(kernel.read(each["key"])["value"] is not None for each in json.load(file))
