"""Times round trips over one connection to a Unix socket, and prints them as {"name": [nanoseconds, …]}.

    client.py kernel COUNT        memory_read, memory_write, log and tool_call, inside a boundary
    client.py echo COUNT SOCKET   the same bytes, to a server that sends back what it gets
"""

import json
import socket
import sys
import time

WARM_UP = 200
TEXT = "x" * 64


class Connection:
    """HTTP/1.1, kept alive. An echoed request reads like a response: both have a head with a length, and a body."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)

    def exchange(self, message):
        self.socket.sendall(message)
        got = b""
        while b"\r\n\r\n" not in got:
            got += self.receive()
        head, body = got.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.receive()
        return head, body

    def receive(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise SystemExit("the far side closed the connection")
        return piece


def post(syscall, body):
    text = json.dumps(body).encode()
    return b"POST /syscall/%s HTTP/1.1\r\nHost: kernel\r\nContent-Length: %d\r\n\r\n%s" % (syscall.encode(), len(text), text)


def timed(connection, message, count, check):
    for _ in range(WARM_UP):
        connection.exchange(message)
    samples = []
    for _ in range(count):
        began = time.perf_counter_ns()
        head, body = connection.exchange(message)
        samples.append(time.perf_counter_ns() - began)
        if check and not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"refused: {body.decode()}")
    return samples


def main():
    mode, count = sys.argv[1], int(sys.argv[2])
    connection = Connection("/run/kernel.sock" if mode == "kernel" else sys.argv[3])
    handle = "0" * 32
    if mode == "kernel":
        connection.exchange(post("memory_write", {"key": "draft", "value": TEXT}))
        _, handles = connection.exchange(b"GET /syscall/handles HTTP/1.1\r\nHost: kernel\r\n\r\n")
        handle = next(each["handle"] for each in json.loads(handles)["handles"] if each["name"] == "echo.echo")
    messages = {
        "memory_read": post("memory_read", {"key": "draft"}),
        "memory_write": post("memory_write", {"key": "draft", "value": TEXT}),
        "log": post("log", {"event": {"text": TEXT}}),
        "tool_call": post("tool_call", {"handle": handle, "params": {"text": TEXT}}),
    }
    print(json.dumps({name: timed(connection, message, count, mode == "kernel") for name, message in messages.items()}))


main()
