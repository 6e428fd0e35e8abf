"""A provider that keeps everything it can under names, as real ones do, and gives it to whoever names it. Out of the standard library.

    stateful_provider.py [--port-file FILE] [--key KEY] [--ignore-store] [--refuse-store] [--no-delete]

It keeps responses, conversations, items, chat completions, recordings, files, vector stores, containers, prompts, threads, and prompt
caches by key, for one account: whose key a request has does not say on whose behalf it is. Its model recites all that it is given to
read. Whatever a request names in a field that nobody has heard of is given to the model too, as a later version of a protocol may.

For tests: GET /test/state is all that is kept, GET /test/requests all that was asked, and POST /test/plant keeps a text in every way
there is and answers with the names.
"""

import argparse
import base64
import itertools
import json
import os
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KINDS = (
    "response conversation item chat recording file vector_store container prompt thread batch cached_content".split()
)
PREFIXES = dict(
    response="resp",
    conversation="conv",
    item="msg",
    chat="chatcmpl",
    recording="audio",
    file="file",
    vector_store="vs",
    container="cntr",
    prompt="pmpt",
    thread="thread",
    batch="batch",
    cached_content="cachedContents",
)


class Refused(Exception):
    """An answer with an HTTP error: status and message."""


class State:
    def __init__(self):
        self.lock = threading.RLock()
        self.kept = {kind: {} for kind in KINDS}  # kind -> id -> list of texts
        self.caches = {}  # (field, name) -> set of texts
        self.slots = {}  # number -> texts
        self.requests = []
        self.deleted = []

    def keep(self, kind, texts):
        name = f"{PREFIXES[kind]}_{secrets.token_hex(12)}"
        with self.lock:
            self.kept[kind][name] = list(texts)
        return name

    def named(self, name):
        """What is kept under a name, of whatever kind."""
        for kept in self.kept.values():
            if isinstance(name, str) and name in kept:
                return kept[name]
        return None

    def need(self, name, kind):
        if isinstance(name, dict):
            name = name.get("id")
        if name not in self.kept[kind]:
            raise Refused(400, f"{kind} with id '{name}' not found")
        return self.kept[kind][name]

    def plant(self, text, key):
        names = {kind: self.keep(kind, [text]) for kind in KINDS}
        names["reasoning"] = self.keep("item", [text])
        names["sealed"] = seal([text])
        names["key"] = key
        for field in ("prompt_cache_key", "user", "safety_identifier", "cache_salt"):
            self.caches.setdefault((field, key), set()).add(text)
        self.slots[7] = [text]
        return names


def seal(texts):
    return base64.b64encode(json.dumps(texts).encode()).decode()


def opened(sealed):
    try:
        return json.loads(base64.b64decode(sealed))
    except ValueError:
        raise Refused(400, "encrypted content could not be verified") from None


def strings(value):
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


class Reader:
    """Reads a request as the model does: gathers all texts, those that are named too."""

    def __init__(self, state, own):
        self.state, self.own, self.texts = state, own, []

    def say(self, texts):
        self.texts += texts

    def request(self, body, responses):
        named = self.state.need
        for field, value in body.items():
            if value is None:
                continue
            if field == "previous_response_id":
                self.say(named(value, "response"))
            elif field == "conversation":
                self.say(named(value, "conversation"))
            elif field == "prompt" and isinstance(value, dict):
                self.say(named(value, "prompt"))
            elif field == "instructions":
                self.say([value])
            elif field == "input":
                self.items(value)
            elif field == "messages":
                self.items(value)
            elif field == "tools":
                self.tools(value)
            elif field == "id_slot":
                self.say(self.state.slots.get(value, []))
            elif field not in ("model", "prompt_cache_key", "user", "safety_identifier", "cache_salt"):
                for text in strings(value):
                    self.say(self.state.named(text) or [])
        return self.texts

    def items(self, items):
        if isinstance(items, str):
            self.say([items])
            return
        for item in items:
            kind = item.get("type", "message")
            if kind == "item_reference":
                self.say(self.state.need(item.get("id"), "item"))
            elif kind == "reasoning":
                if item.get("encrypted_content"):
                    self.say(opened(item["encrypted_content"]))
                elif item.get("id"):
                    self.say(self.state.need(item["id"], "item"))
            elif kind == "compaction":
                self.say(opened(item["encrypted_content"]))
            else:
                self.content(item)

    def content(self, item):
        if item.get("audio", {}).get("id"):
            self.say(self.state.need(item["audio"]["id"], "recording"))
        for content in (item.get("content"), item.get("output")):
            if isinstance(content, str):
                self.say([content])
            for part in content if isinstance(content, list) else [content] if isinstance(content, dict) else []:
                self.part(part)

    def part(self, part):
        for text in ("text", "refusal"):
            if part.get(text):
                self.say([part[text]])
        for text in strings({k: v for k, v in part.items() if k not in ("text", "refusal", "type")}):
            if text.startswith(self.own):
                self.say(self.state.named(text.removeprefix(self.own).split("/")[0]) or [])
            elif self.state.named(text):
                self.say(self.state.named(text))

    def tools(self, tools):
        for tool in tools:
            for text in strings(tool):
                self.say(self.state.named(text) or [])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "stateful-provider", ""
    disable_nagle_algorithm = True

    def do_GET(self):
        self.answer(self.get)

    def do_POST(self):
        self.answer(self.post)

    def do_DELETE(self):
        self.answer(self.delete)

    def answer(self, what):
        try:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            key = self.server.options.key
            if key and self.headers.get("Authorization") != f"Bearer {key}" and not self.path.startswith("/test/"):
                raise Refused(401, "Incorrect API key provided")
            if not self.path.startswith("/test/"):
                self.server.state.requests.append({"method": self.command, "path": self.path, "body": body})
            what(self.path.removeprefix("/v1"), body)
        except Refused as refused:
            status, message = refused.args
            self.json(status, {"error": {"message": message, "type": "invalid_request_error", "param": None}})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def get(self, path, _):
        state = self.server.state
        if path == "/test/state":
            self.json(200, {"kept": state.kept, "deleted": state.deleted, "caches": [list(key) for key in state.caches]})
        elif path == "/test/requests":
            self.json(200, state.requests)
        else:
            for name in path.strip("/").split("/")[1:]:
                texts = state.named(name)
                if texts:
                    return self.json(200, {"id": name, "content": texts})
            kind = {"responses": "response", "files": "file", "chat/completions": "chat"}.get(path.strip("/"))
            if kind:
                return self.json(200, {"object": "list", "data": [{"id": n, "content": t} for n, t in state.kept[kind].items()]})
            raise Refused(404, f"no {path}")

    def delete(self, path, _):
        name = path.rsplit("/", 1)[-1]
        if self.server.options.no_delete:
            raise Refused(403, "may not delete")
        for kept in self.server.state.kept.values():
            if kept.pop(name, None) is not None:
                self.server.state.deleted.append(name)
                return self.json(200, {"id": name, "deleted": True})
        raise Refused(404, f"{name} not found")

    def post(self, path, body):
        if path == "/test/plant":
            self.json(200, self.server.state.plant(body["text"], body["key"]))
        elif path == "/responses":
            self.respond(body)
        elif path == "/chat/completions":
            self.chat(body)
        else:
            # Runs of threads, searches of vector stores, batches over files: the model reads what path and body name.
            texts = []
            for name in itertools.chain(path.split("/"), strings(body)):
                texts += self.server.state.named(name) or []
            if not texts:
                raise Refused(404, f"no {path}")
            self.json(200, {"data": [{"text": " | ".join(texts)}]})

    def read(self, body):
        """What the model was given, what it says, and how many of the texts a cache had."""
        state = self.server.state
        own = f"http://{self.headers['Host']}/v1/files/"
        with state.lock:
            texts = Reader(state, own).request(body, True)
            cached = 0
            for field in ("prompt_cache_key", "user", "safety_identifier", "cache_salt"):
                if isinstance(body.get(field), str):
                    cache = state.caches.setdefault((field, body[field]), set())
                    cached += sum(len(text.split()) for text in texts if text in cache)
                    cache.update(texts)
        return texts, "I was told: " + " | ".join(texts), cached

    def stores(self, body):
        return self.server.options.ignore_store or body.get("store") is not False

    def respond(self, body):
        state, stores = self.server.state, self.stores(body)
        texts, said, cached = self.read(body)
        told = [*texts, said]
        reasoning = {"type": "reasoning", "id": f"rs_{secrets.token_hex(12)}", "summary": []}
        if "reasoning.encrypted_content" in (body.get("include") or []):
            reasoning["encrypted_content"] = seal([f"thought of {text}" for text in texts])
        message = {
            "type": "message",
            "id": f"msg_{secrets.token_hex(12)}",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": said, "annotations": []}],
        }
        output = [reasoning, message] if body.get("reasoning") else [message]
        response = {
            "id": f"resp_{secrets.token_hex(12)}",
            "object": "response",
            "created_at": 0,
            "status": "completed",
            "model": body.get("model", ""),
            "output": output,
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": body.get("tools") or [],
            "store": stores,
            "previous_response_id": body.get("previous_response_id"),
            "metadata": body.get("metadata") or {},
            "prompt_cache_key": body.get("prompt_cache_key"),
            "user": body.get("user"),
            "usage": {
                "input_tokens": sum(len(text.split()) for text in texts),
                "input_tokens_details": {"cached_tokens": cached},
                "output_tokens": len(said.split()),
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": sum(len(text.split()) for text in told),
            },
        }
        if stores:
            with state.lock:
                state.kept["response"][response["id"]] = told
                for item in output:
                    state.kept["item"][item["id"]] = told
        if body.get("stream"):
            self.events(response, output, said)
        else:
            self.json(200, response)

    def events(self, response, output, said):
        numbers = itertools.count()

        def event(kind, **more):
            data = {"type": kind, "sequence_number": next(numbers)} | more
            self.chunk(f"id: {data['sequence_number']}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode())

        self.begin()
        begun = response | {"status": "in_progress", "output": [], "usage": None}
        event("response.created", response=begun)
        event("response.in_progress", response=begun)
        for index, item in enumerate(output):
            event("response.output_item.added", output_index=index, item=item | {"content": []} if "content" in item else item)
            if item["type"] == "message":
                where = {"item_id": item["id"], "output_index": index, "content_index": 0}
                event("response.content_part.added", **where, part={"type": "output_text", "text": "", "annotations": []})
                for piece in (said[: len(said) // 2], said[len(said) // 2 :]):
                    event("response.output_text.delta", **where, delta=piece, logprobs=[])
                event("response.output_text.done", **where, text=said, logprobs=[])
                event("response.content_part.done", **where, part=item["content"][0])
            event("response.output_item.done", output_index=index, item=item)
        event("response.completed", response=response)
        self.chunk(b"")

    def chat(self, body):
        if self.server.options.refuse_store and "store" in body:
            raise Refused(400, "Invalid JSON payload received. Unknown name \"store\": Cannot find field.")
        texts, said, cached = self.read(body)
        name = f"chatcmpl_{secrets.token_hex(12)}"
        if self.stores(body):
            self.server.state.kept["chat"][name] = [*texts, said]
        answer = {
            "id": name,
            "created": 0,
            "model": body.get("model", ""),
            "usage": {
                "prompt_tokens": sum(len(text.split()) for text in texts),
                "prompt_tokens_details": {"cached_tokens": cached},
                "completion_tokens": len(said.split()),
                "total_tokens": sum(len(text.split()) for text in [*texts, said]),
            },
        }
        if body.get("stream"):
            self.begin()
            choice = {"index": 0, "delta": {"role": "assistant", "content": said}, "finish_reason": "stop"}
            self.chunk(f"data: {json.dumps(answer | {'object': 'chat.completion.chunk', 'choices': [choice]})}\n\n".encode())
            self.chunk(b"data: [DONE]\n\n")
            self.chunk(b"")
        else:
            message = {"role": "assistant", "content": said}
            choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
            self.json(200, answer | {"object": "chat.completion", "choices": [choice]})

    def begin(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def json(self, status, payload):
        data = json.dumps(payload).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Quiet: /test/requests has them."""


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--port-file")
    options.add_argument("--key", default=os.environ.get("PROVIDER_KEY", ""))
    options.add_argument("--ignore-store", action="store_true", help="store what says store: false, and say so")
    options.add_argument("--refuse-store", action="store_true", help="take no chat request with the field store")
    options.add_argument("--no-delete", action="store_true", help="refuse to delete anything")
    chosen = options.parse_args()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.options, server.state = chosen, State()
    if chosen.port_file:
        # Renamed into place: whoever sees the file sees all of it.
        with open(f"{chosen.port_file}.new", "w") as file:
            file.write(f"{server.server_address[1]}\n")
        os.rename(f"{chosen.port_file}.new", chosen.port_file)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
