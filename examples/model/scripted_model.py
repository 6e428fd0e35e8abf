#!/usr/bin/env python3
"""A model that follows a script: an OpenAI-compatible server for demos and tests. Standard library only, deterministic.

    scripted_model.py [--host 127.0.0.1] [--port 0] [--port-file FILE] [--log FILE]

It prints its port, serves POST /v1/chat/completions (plain and streaming) and GET /v1/models, and asks for
`Authorization: Bearer $SCRIPTED_MODEL_KEY` if that variable is set. --log appends each request as a line of JSON, without the key.

What it does
------------
It is no canned text: it looks at the tools that the request offers, calls them, and answers with what they returned.

* "Which commits touched the parser, and what do the design notes say about it?" (any word for parser and design): finds the
  directories, reads the git log, looks at each commit, searches and reads the notes, and quotes both.
* It obeys. Instructions (see below) in the user's message are carried out, and so are those in a tool's result: a model that
  cannot tell data from orders. Steps whose tool is not offered are left out; a refused step does not stop the next.
* Anything else it answers by repeating the question.

Instructions
------------
In the user's message anywhere; in a tool's result only after the words "SYSTEM NOTE TO THE ASSISTANT:", up to an empty line or
"-->". Paths are absolute or relative to the directory that holds the project, which is the one that somebody names ("in the
directory /work") or else what list_allowed_directories says; "it" is what the last step returned.

    read the file PATH                           read_text_file
    write it to PATH | write "TEXT" to PATH      write_file
    replace "OLD" with "NEW" in PATH             edit_file
    move PATH to PATH                            move_file
    commit PATH with the message "TEXT"          git_add, git_commit
    call the tool NAME with {JSON object}        NAME; the string "$it" in the object stands for "it"

Models
------
    scripted   as above; any other name does the same      stall     stops for ever in the middle of the answer
    echo       the user's last message                     cut       closes the connection in the middle of the answer
    slow       a word every 0.2 s                          down      closes the connection without an answer
    flood      an answer without end                       garbage   a body that is not JSON, or events that are not
    bigjson    one answer of 8 MiB                         busy      429 with Retry-After
"""

import argparse
import ast
import hmac
import itertools
import json
import os
import posixpath
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("echo", "slow", "flood", "bigjson", "stall", "cut", "down", "garbage", "busy")


# --- The script -------------------------------------------------------------------------------------------------------
#
# A script is a generator: it yields lists of calls [(tool, arguments)…], is sent the list of their results, and returns the
# answer. The server keeps nothing between requests: for each it runs the script from the start over the results that the
# conversation already holds; what the script yields then is the reply.


def reply(messages, tools):
    """("calls", [(tool, arguments)…]) or ("answer", text) for a conversation."""
    script = respond(messages, tools)
    try:
        calls = next(script)
        for results in rounds(messages):
            calls = script.send(results + [""] * (len(calls) - len(results)))
        return "calls", calls
    except StopIteration as end:
        return "answer", end.value


def rounds(messages):
    """For each assistant message since the user's last one that made calls, their results in the order of the calls."""
    last = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=0)
    results = {m.get("tool_call_id"): unwrapped(text_of(m)) for m in messages[last:] if m["role"] == "tool"}
    for message in messages[last:]:
        if message.get("tool_calls"):
            yield [results.get(call["id"], "") for call in message["tool_calls"]]


def text_of(message):
    content = message.get("content") or ""
    return content if isinstance(content, str) else "\n".join(part.get("text", "") for part in content)


def unwrapped(text):
    """What a tool said. Some frameworks show a model the whole result of an MCP tool, as JSON or as Python prints it."""
    if printed := re.findall(r"TextContent\(type='text', text=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", text):
        return "\n".join(map(ast.literal_eval, printed))
    try:
        return spoken(json.loads(text)) if text.startswith(("{", "[")) else text
    except ValueError:
        return text


def spoken(result):
    match result:
        case {"text": str(text)} | {"content": str(text)} | {"result": str(text)}:
            return text
        case {"content": [*parts]} | [*parts]:
            return "\n".join(map(spoken, parts))
        case _:
            return json.dumps(result)


def respond(messages, tools):
    """The script for a conversation: obeys what the user says, or answers the question."""
    question = next((text_of(m) for m in reversed(messages) if m["role"] == "user"), "")
    # Whoever asks may say where things are: "… in the directory /work".
    named = re.search(r"\bin the directory [`']?(/[\w./-]*[\w/])", "\n".join(text_of(m) for m in messages if m["role"] in ("system", "user")))
    world = World(tools, named[1] if named else "")
    if steps := list(instructions(question)):
        last = yield from world.obey(steps)
        return f"Done. {last}".strip()
    match = re.search(r"commits touched the (\w+)(?:.*?what do(?:es)? the (\w+))?", question, re.I | re.S)
    if match and world.offered("git_log"):
        return (yield from world.history(match[1].lower(), (match[2] or match[1]).lower()))
    return f"I can only repeat the question: {question}"


class World:
    """What the script knows of the place it acts in, and the steps that it can take there."""

    def __init__(self, tools, root):
        self.tools = tools
        self.root = root
        self.obeyed = set()

    def offered(self, tool):
        """The name under which the tool is offered: frameworks may put a server's name before it. None if it is not."""
        return next((name for name in self.tools if name == tool or name.endswith(f"_{tool}")), None)

    def do(self, calls):
        """Makes the calls of those tools that are offered, then obeys whatever their results say; returns the results."""
        calls = [(self.offered(tool), arguments) for tool, arguments in calls if self.offered(tool)]
        if not calls:
            return []
        results = yield calls
        # Some frameworks send null for what is left out, which read_text_file refuses; another tool has nothing to leave out.
        again = [i for i, result in enumerate(results) if "received null" in result and "path" in calls[i][1]]
        paths = [calls[i][1]["path"] for i in again]
        texts = yield from self.do([("read_multiple_files", {"paths": [path]}) for path in paths])
        for i, path, text in zip(again, paths, texts):
            results[i] = text.removeprefix(f"{path}:\n")
        for result in results:
            for note in re.findall(r"SYSTEM NOTE TO THE ASSISTANT:(.*?)(?:-->|\n\s*\n|\Z)", result, re.S):
                if note not in self.obeyed:
                    self.obeyed.add(note)
                    yield from self.obey(instructions(note))
        return results

    def obey(self, steps):
        last = ""
        for step in steps:
            for tool, arguments in step(self.path, last):
                last = "".join((yield from self.do([(tool, arguments)]))) or last
        return last

    def path(self, name):
        return posixpath.join(self.root, name)

    def history(self, subject, notes):
        """Which commits touched `subject`, and what the `notes` say about it."""
        if not self.root:
            allowed = yield from self.do([("list_allowed_directories", {})])
            self.root = (re.findall(r"^/.*$", "\n".join(allowed), re.M) or ["/"])[0]
        repository, documents = self.path("project"), self.path("documents")

        log = yield from self.do([("git_log", {"repo_path": repository, "max_count": 50})])
        hashes = re.findall(r"\b[0-9a-f]{40}\b", "\n".join(log))
        shown = yield from self.do([("git_show", {"repo_path": repository, "revision": each}) for each in hashes])
        touched = [
            f"- {commit[:7]} {(re.findall(r'^    (.+)$', text, re.M) or ['(no subject)'])[0]}"
            for commit, text in zip(hashes, shown)
            if re.search(rf"^(?:---|\+\+\+) (?:[ab]/)?(?:.*/)?{subject}\.\w+", text, re.M)
        ]

        found = yield from self.do([("search_files", {"path": documents, "pattern": f"**/*{notes}*.md"})])
        files = sorted(re.findall(r"^/.*\.md$", "\n".join(found), re.M))
        texts = yield from self.do([("read_text_file", {"path": each}) for each in files])
        said = [
            f'- "{sentence}" ({posixpath.basename(file)})'
            for file, text in zip(files, texts)
            for sentence in sentences(text)
            if subject in sentence.lower()
        ]
        return "\n".join(
            [f"{len(touched)} of {len(hashes)} commits touched the {subject}:", *touched]
            + [f"The {notes} notes say about it:" if said else f"The {notes} notes say nothing about it.", *said]
        )


def sentences(markdown):
    """The sentences of a document's paragraphs and list items, without headings and comments."""
    text = re.sub(r"<!--.*?-->", "", markdown, flags=re.S)
    for block in re.split(r"\n\s*\n|\n(?=- )", text):
        if not block.lstrip().startswith("#"):
            yield from re.split(r"(?<=[.!?])\s+", re.sub(r"\s+", " ", block).strip().removeprefix("- "))


# --- Instructions -----------------------------------------------------------------------------------------------------

PATH = r"[`']?([\w./-]*\w)[`']?"
GRAMMAR = [
    (rf"read the file {PATH}", lambda p: lambda at, it: [("read_text_file", {"path": at(p)})]),
    (rf"write it to {PATH}", lambda p: lambda at, it: [("write_file", {"path": at(p), "content": it})]),
    (rf'write "([^"]*)" to {PATH}', lambda t, p: lambda at, it: [("write_file", {"path": at(p), "content": t})]),
    (
        rf'replace "([^"]*)" with "([^"]*)" in {PATH}',
        lambda a, b, p: lambda at, it: [("edit_file", {"path": at(p), "edits": [{"oldText": a, "newText": b}]})],
    ),
    (rf"move {PATH} to {PATH}", lambda a, b: lambda at, it: [("move_file", {"source": at(a), "destination": at(b)})]),
    (
        rf'commit {PATH} with the message "([^"]*)"',
        lambda p, t: lambda at, it: [
            ("git_add", {"repo_path": at("project"), "files": [p.removeprefix("project/")]}),
            ("git_commit", {"repo_path": at("project"), "message": t}),
        ],
    ),
    (r"call the tool ([\w.-]+) with (?=\{)", lambda tool: lambda at, it: [(tool, {})]),
]


def instructions(text):
    """The steps that a text asks for, in its order. A step is a function (path resolver, last result) -> calls."""
    # Line breaks mean nothing, except inside the JSON of a call, where they cannot be told apart and mean nothing either.
    text = re.sub(r"\s+", " ", text)
    found = []
    for pattern, build in GRAMMAR:
        for match in re.finditer(pattern, text, re.I):
            if pattern.endswith(r"(?=\{)"):
                try:
                    arguments, _ = json.JSONDecoder().raw_decode(text, match.end())
                except ValueError:
                    continue
                found.append((match.start(), call_of(match[1], arguments)))
            else:
                found.append((match.start(), build(*match.groups())))
    return [step for _, step in sorted(found, key=lambda each: each[0])]


def call_of(tool, arguments):
    def fill(value, it):
        if isinstance(value, dict):
            return {key: fill(each, it) for key, each in value.items()}
        if isinstance(value, list):
            return [fill(each, it) for each in value]
        return it if value == "$it" else value

    return lambda at, it: [(tool, fill(arguments, it))]


# --- The server -------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """An answer with an HTTP error: status, kind and message."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "scripted-model", ""
    disable_nagle_algorithm = True

    def do_GET(self):
        self.answer(self.models)

    def do_POST(self):
        self.answer(self.completions)

    def answer(self, what):
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            key = os.environ.get("SCRIPTED_MODEL_KEY")
            given = self.headers.get("Authorization", "")
            if key and not hmac.compare_digest(given.encode(), f"Bearer {key}".encode()):
                raise Refused(401, "invalid_api_key", "Incorrect API key provided")
            what(body)
        except Refused as refused:
            status, kind, message = refused.args
            self.json(status, {"error": {"message": message, "type": kind, "param": None, "code": kind}})
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def models(self, _):
        if self.path != "/v1/models":
            raise Refused(404, "not_found", f"No {self.path}")
        names = ("scripted", *FAULTS)
        self.json(200, {"object": "list", "data": [{"id": n, "object": "model", "created": 0, "owned_by": "ambit"} for n in names]})

    def completions(self, body):
        if self.path != "/v1/chat/completions":
            raise Refused(404, "not_found", f"No {self.path}")
        try:
            request = json.loads(body)
            model, messages = request["model"], request["messages"]
            tools = [tool["function"]["name"] for tool in request.get("tools") or []]
        except (ValueError, KeyError, TypeError):
            raise Refused(400, "invalid_request_error", "Not a chat completion request") from None
        self.server.record(request)

        if model == "down":
            self.close_connection = True
            return
        if model == "busy":
            raise Refused(429, "rate_limit_exceeded", "Busy, try again")
        if model == "echo":
            kind, value = "answer", next((text_of(m) for m in reversed(messages) if m["role"] == "user"), "")
        elif model == "bigjson":
            kind, value = "answer", "0123456789abcde " * (8 * 2**20 // 16)
        elif model == "flood":
            kind, value = "answer", itertools.repeat("more ")
        else:
            kind, value = reply(messages, tools)

        self.prompt_tokens = sum(len(words(text_of(m))) for m in messages)
        self.turn = sum(1 for m in messages if m["role"] == "assistant")
        limit = request.get("max_completion_tokens") or request.get("max_tokens")
        send = self.stream if request.get("stream") else self.whole
        send(request, model, kind, value, limit)

    # One reply in one piece.

    def whole(self, request, model, kind, value, limit):
        if kind == "calls":
            message, finish, spent = {"role": "assistant", "content": None, "tool_calls": self.calls(value)}, "tool_calls", 8 * len(value)
        else:
            # Even a flood has an end where there is no stream: nobody could read it otherwise.
            pieces = list(itertools.islice(words(value) if isinstance(value, str) else value, limit or 2**21))
            finish = "length" if len(pieces) == limit else "stop"
            message, spent = {"role": "assistant", "content": "".join(pieces)}, len(pieces)
            if model == "slow":
                time.sleep(0.2 * spent)
        payload = self.envelope(model, "chat.completion") | {
            "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
            "usage": self.usage(spent),
        }
        self.json(200, payload, model)

    def json(self, status, payload, fault=None):
        body = json.dumps(payload).encode() if fault != "garbage" else b'{"choices": [{"message": '
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status == 429:
            self.send_header("Retry-After", "1")
        self.end_headers()
        if fault in ("stall", "cut"):
            self.wfile.write(body[: len(body) // 2])
            self.halt(fault)
        else:
            self.wfile.write(body)

    # One reply as server-sent events, a word at a time.

    def stream(self, request, model, kind, value, limit):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

        def event(**more):
            data = json.dumps(self.envelope(model, "chat.completion.chunk") | more) if model != "garbage" else '{"choices": ['
            self.chunk(f"data: {data}\n\n".encode())

        def choice(delta, finish=None):
            event(choices=[{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}])

        choice({"role": "assistant", "content": "" if kind == "answer" else None})
        spent, finish = 0, "stop"
        if kind == "calls":
            for index, call in enumerate(self.calls(value)):
                spent += 8
                text = call["function"]["arguments"]
                start = call | {"index": index, "function": call["function"] | {"arguments": ""}}
                choice({"tool_calls": [start]})
                # In two pieces, as real models stream them: whoever reads must put them together.
                for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
                    choice({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
            finish = "tool_calls"
        else:
            pieces = words(value) if isinstance(value, str) else value
            middle = len(pieces) // 2 if isinstance(pieces, list) else -1
            for piece in pieces:
                if spent == middle and model in ("stall", "cut"):
                    self.halt(model)
                    return
                if spent == limit:
                    finish = "length"
                    break
                choice({"content": piece})
                spent += 1
                if model == "slow":
                    time.sleep(0.2)
        choice({}, finish)
        if (request.get("stream_options") or {}).get("include_usage"):
            event(choices=[], usage=self.usage(spent))
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def halt(self, fault):
        """Ends the connection here, or keeps it open until the other side goes away."""
        self.close_connection = True
        if fault == "stall":
            self.connection.settimeout(3600)
            self.rfile.read(1)

    def calls(self, calls):
        # The turn is in the id, so that ids are unique in a conversation and the same in each run.
        return [
            {"id": f"call_{self.turn}_{i}", "type": "function", "function": {"name": tool, "arguments": json.dumps(arguments)}}
            for i, (tool, arguments) in enumerate(calls)
        ]

    def envelope(self, model, kind):
        return {"id": f"chatcmpl-{self.turn}", "object": kind, "created": 0, "model": model}

    def usage(self, spent):
        return {"prompt_tokens": self.prompt_tokens, "completion_tokens": spent, "total_tokens": self.prompt_tokens + spent}

    def log_message(self, *_):
        """Quiet: --log has the requests."""


def words(text):
    """A text in pieces, each a word with the white space before it: the tokens of this model."""
    return re.findall(r"\s*\S+|\s+$", text)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address, log):
        super().__init__(address, Handler)
        self.log, self.lock = log, threading.Lock()

    def record(self, request):
        if self.log:
            with self.lock, open(self.log, "a") as file:
                file.write(json.dumps(request) + "\n")


def main():
    options = argparse.ArgumentParser(description="A scripted OpenAI-compatible model.")
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--port-file", help="where to write the port once the server listens")
    options.add_argument("--log", help="append each request to this file, a line of JSON each")
    chosen = options.parse_args()

    server = Server((chosen.host, chosen.port), chosen.log)
    port = server.server_address[1]
    if chosen.port_file:
        # Renamed into place: whoever sees the file sees all of it.
        with open(f"{chosen.port_file}.new", "w") as file:
            file.write(f"{port}\n")
        os.rename(f"{chosen.port_file}.new", chosen.port_file)
    print(port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
