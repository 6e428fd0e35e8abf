"""An assistant as many are: it hands a model its tools, does what the model says, and has a memory that outlives the session.

The same program runs in a guest (Kernel) and, as the control, without Ambit (Shared): there all sessions of all users share one memory and one store of
documents, as one finds it in frameworks.
"""

import json
import os
import re
import sqlite3
import urllib.request

import kernel

TEXT = {"type": "string"}


def offer(name, *names):
    schema = {"type": "object", "properties": {each: TEXT for each in names}, "required": list(names)}
    return {"type": "function", "function": {"name": name, "description": name, "parameters": schema}}


TOOLS = [offer("recall"), offer("remember", "key", "text"), offer("search", "query"), offer("fetch", "page"), offer("send", "text")]


class Kernel:
    """What the assistant has in a transaction."""

    def chat(self, body):
        return kernel.post("/v1/chat/completions", body, "tcp")

    def recall(self):
        entries = kernel.tool("memory.list")["result"]["entries"]
        return "\n\n".join(f'{e["key"]} ({e["trust"]}): {kernel.read(e["key"])["value"]}' for e in entries)

    def remember(self, key, text):
        answer = kernel.write(key, text)
        return answer.get("code", "kept")

    def search(self, query):
        chunks = kernel.tool("retriever.search", query=query, k=20)["result"]["chunks"]
        return "\n\n".join(f'{c["namespace"]}/{c["source"]}: {c["text"]}' for c in chunks)

    def fetch(self, page):
        return kernel.text(kernel.tool("exact.look", path=page))

    def send(self, text):
        return kernel.tool("exact.effect", name=text).get("code", "sent")


class Shared:
    """The same without Ambit."""

    def __init__(self, model, root):
        self.model, self.root = model, root
        self.store = sqlite3.connect(f"{root}/effects/shared.db", isolation_level=None)
        self.store.execute("CREATE TABLE IF NOT EXISTS memory (key TEXT PRIMARY KEY, text TEXT)")
        self.store.execute("CREATE TABLE IF NOT EXISTS document (source TEXT, text TEXT)")

    def chat(self, body):
        headers = {"Content-Type": "application/json", "Authorization": "Bearer " + os.environ["MODEL_KEY"]}
        request = urllib.request.Request(f"{self.model}/chat/completions", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def recall(self):
        return "\n\n".join(f"{key}: {text}" for key, text in self.store.execute("SELECT key, text FROM memory"))

    def remember(self, key, text):
        self.store.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", (key, text))
        return "kept"

    def add(self, source, text):
        self.store.execute("INSERT INTO document VALUES (?, ?)", (source, text))

    def search(self, query):
        """Ranked by the words that question and text share, as vectors would."""
        words = set(re.findall(r"\w+", query.lower()))
        found = self.store.execute("SELECT source, text FROM document").fetchall()
        found.sort(key=lambda each: -len(words & set(re.findall(r"\w+", each[1].lower()))))
        return "\n\n".join(f"{source}: {text}" for source, text in found[:20])

    def fetch(self, page):
        with open(self.root + page, encoding="utf-8") as file:
            return file.read()

    def send(self, text):
        with open(f"{self.root}/effects/sent", "a", encoding="utf-8") as file:
            file.write(text + "\n")
        return "sent"


def run(world, message):
    """One session: what was called, with what came of it, in order."""
    messages, did = [{"role": "user", "content": message}], []
    for _ in range(30):
        said = world.chat({"model": "scripted", "messages": messages, "tools": TOOLS})["choices"][0]["message"]
        if not said.get("tool_calls"):
            break
        messages.append(said)
        for call in said["tool_calls"]:
            name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
            result = getattr(world, name)(**arguments)
            did.append([name, arguments, result])
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
    return did
