"""A client of the kernel's doors for tests, out of the standard library. Nothing in it is needed to attack."""

import concurrent.futures
import http.client
import json
import os
import socket
import threading

SAID = {}


def say(**values):
    """What the test gets to see of the program."""
    SAID.update(values)


def attempt(action):
    """What came of an action: its value, or the class and text of its exception."""
    try:
        return action()
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=60):
        super().__init__("kernel", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def door(via="unix", timeout=60):
    if via == "unix":
        return UnixConnection(os.environ["AMBIT_SOCKET"], timeout)
    return http.client.HTTPConnection("127.0.0.1", 7070, timeout=timeout)


def request(method, path, body=None, headers=None, via="unix", timeout=60):
    """(status, headers, body) of one request on a connection of its own; bytes are sent as they are."""
    connection = door(via, timeout)
    try:
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection.request(method, path, data, {"Content-Type": "application/json"} | (headers or {}))
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        connection.close()


def post(path, body, via="unix", timeout=60):
    """The answer as JSON with the HTTP status in it."""
    status, _, data = request("POST", path, body, via=via, timeout=timeout)
    try:
        answer = json.loads(data)
    except ValueError:
        answer = {"body": data.decode(errors="replace")[:300]}
    if isinstance(answer, dict):
        answer["status"] = status
    return answer


def handles(via="unix"):
    _, _, data = request("GET", "/syscall/handles", via=via)
    return {each["name"]: each for each in json.loads(data)["handles"]}


def handle(name):
    return handles()[name]["handle"]


def call(handle, params, via="unix", timeout=60):
    return post("/syscall/tool_call", {"handle": handle, "params": params}, via, timeout)


def tool(name, /, via="unix", **params):
    return call(handles(via)[name]["handle"], params, via)


def text(answer):
    """The text of an MCP tool's result."""
    return "".join(each.get("text", "") for each in answer["result"]["content"])


def read(key, via="unix"):
    return post("/syscall/memory_read", {"key": key}, via)


def write(key, value, via="unix"):
    return post("/syscall/memory_write", {"key": key, "value": value}, via)


def spawn(agent, program, narrow=None):
    """Starts a child that runs a program; narrow: {capability: {"at-most": …, "where": {…}} or false}."""
    body = {"handle": handle(agent), "input": program}
    if narrow is not None:
        body["narrow"] = narrow
    return post("/syscall/spawn_child", body)


def log(event):
    return post("/syscall/log", {"event": event})


def chat(content, model="echo", via="tcp", **more):
    body = {"model": model, "messages": [{"role": "user", "content": content}]} | more
    return post("/v1/chat/completions", body, via)


def chat_stream(content, model="echo", via="tcp", timeout=60, **more):
    """(status, words, whether the end was marked) of a streamed answer."""
    connection = door(via, timeout)
    body = {"model": model, "stream": True, "messages": [{"role": "user", "content": content}]} | more
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        pieces, ended = [], False
        if answer.status != 200:
            return answer.status, answer.read().decode(), ended
        for line in answer:
            line = line.decode().strip()
            if line == "data: [DONE]":
                ended = True
            elif line.startswith("data: "):
                event = json.loads(line[6:])
                for choice in event.get("choices", []):
                    pieces.append(choice["delta"].get("content") or "")
        return answer.status, "".join(pieces), ended
    finally:
        connection.close()


class Mcp:
    """An MCP client over the streamable HTTP door."""

    def __init__(self, via="tcp", session=None):
        self.via = via
        self.number = 0
        self.session = session
        if session is None:
            _, headers, _ = self.send(
                "initialize",
                {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
            )
            self.session = next(value for name, value in headers.items() if name.lower() == "mcp-session-id")
            self.send("notifications/initialized", None, notify=True)

    def send(self, method, params, notify=False):
        message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        if not notify:
            self.number += 1
            message["id"] = self.number
        headers = {"Accept": "application/json, text/event-stream"}
        if self.session:
            headers |= {"Mcp-Session-Id": self.session, "MCP-Protocol-Version": "2025-06-18"}
        return request("POST", "/mcp", message, headers, self.via)

    def ask(self, method, params=None):
        status, _, data = self.send(method, params or {})
        answer = json.loads(data)
        return answer.get("result", answer | {"status": status})

    def tools(self):
        return [tool["name"] for tool in self.ask("tools/list")["tools"]]

    def call(self, name, **arguments):
        return self.ask("tools/call", {"name": name, "arguments": arguments})


def parallel(count, action):
    """The results of count calls of action(i) that run at the same time."""
    gate = threading.Barrier(count)

    def one(index):
        gate.wait()
        return attempt(lambda: action(index))

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
