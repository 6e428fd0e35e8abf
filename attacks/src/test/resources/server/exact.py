"""An MCP server over stdio out of the standard library, whose effects can be counted.

    exact.py [--effects FILE] [--definitions FILE] [--fault die-at-start|hang-at-start|flood-at-start|garbage-at-start]

Each effect is one line in FILE. Definitions come from a file if one is given, so that a test can change them.
"""

import argparse
import hashlib
import json
import os
import sys
import time

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}


def definition(name, description, /, **properties):
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"name": name, "description": description, "inputSchema": schema}


DEFINITIONS = [
    definition("echo", "Says the text.", text=TEXT),
    definition("effect", "Does something that can be counted.", name=TEXT),
    definition("look", "Reads a file of this server.", path=TEXT),
    definition("credential", "Tells what credential this server has, without telling it."),
    definition("leak", "Fails with the credential in its error, or returns it.", how=TEXT),
    definition("remember", "Keeps a value as long as this server lives.", value=TEXT),
    definition("recall", "What was kept."),
    definition("slow", "Answers after some milliseconds.", ms=NUMBER),
    definition("die", "Ends this server."),
    definition("hang", "Never answers."),
    definition("flood", "Answers with more than anybody takes.", megabytes=NUMBER),
    definition("fail", "Answers that it failed."),
    definition("garbage", "Writes a line that is not JSON, then the answer."),
]

parser = argparse.ArgumentParser()
parser.add_argument("--effects")
parser.add_argument("--definitions")
parser.add_argument("--fault", default="")
options = parser.parse_args()
kept = []


def send(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def definitions():
    if options.definitions:
        with open(options.definitions) as file:
            return json.load(file)
    return DEFINITIONS


def note(name):
    # Servers of different transactions may have different owners, and all of them count.
    os.umask(0)
    # One write of a short line to a file opened for appending is whole or not there.
    file = os.open(options.effects, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    os.write(file, (name + "\n").encode())
    os.close(file)


def run(name, arguments):
    secret = os.environ.get("EXACT_KEY", "")
    match name:
        case "echo":
            return arguments["text"]
        case "effect":
            note(arguments["name"])
            return "done"
        case "look":
            with open(arguments["path"]) as file:
                return file.read(10_000)
        case "credential":
            return hashlib.sha256(secret.encode()).hexdigest()
        case "leak":
            if arguments["how"] == "error":
                raise RuntimeError(f"wrong key {secret}")
            if arguments["how"] == "stderr":
                print(f"key {secret}", file=sys.stderr, flush=True)
                return "said"
            return f"the key is {secret}"
        case "remember":
            kept.append(arguments["value"])
            return "kept"
        case "recall":
            return json.dumps(kept)
        case "slow":
            time.sleep(arguments["ms"] / 1000)
            return "slow"
        case "die":
            os._exit(3)
        case "hang":
            time.sleep(3600)
        case "flood":
            return "0123456789abcdef" * (arguments["megabytes"] << 16)
        case "fail":
            raise RuntimeError("it went wrong")
        case "garbage":
            sys.stdout.write("this is not JSON\n")
            return "after garbage"
    raise KeyError(name)


if options.fault == "die-at-start":
    print("cannot find my database", file=sys.stderr)
    sys.exit(4)
if options.fault == "hang-at-start":
    time.sleep(3600)
if options.fault == "flood-at-start":
    while True:
        sys.stdout.write("x" * 65536)
if options.fault == "garbage-at-start":
    print("Hello, I am a server")

for line in sys.stdin:
    message = json.loads(line)
    if "id" not in message:
        continue
    answer = {"jsonrpc": "2.0", "id": message["id"]}
    params = message.get("params") or {}
    match message["method"]:
        case "initialize":
            answer["result"] = {
                "protocolVersion": params.get("protocolVersion", "2025-06-18"),
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "exact", "version": "1"},
            }
        case "ping":
            answer["result"] = {}
        case "tools/list":
            answer["result"] = {"tools": definitions()}
        case "tools/call":
            try:
                said = run(params["name"], params.get("arguments") or {})
                answer["result"] = {"content": [{"type": "text", "text": said}], "isError": False}
            except Exception as failure:
                answer["result"] = {"content": [{"type": "text", "text": str(failure)}], "isError": True}
        case _:
            answer["error"] = {"code": -32601, "message": "no such method"}
    send(answer)
