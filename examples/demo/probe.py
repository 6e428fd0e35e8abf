"""Looks around: what can a program reach from where it runs? The demo starts it outside and inside Ambit.

    probe.py --credential-sha256 HEX --file PATH --address HOST:PORT [--address …] [--socket PATH …]

It is told where to look, and the credential's digest instead of the credential, and prints what it found as JSON:

    credential   where the credential was found (its environment, other processes, files)
    files        which of the files it could read
    network      which of the addresses and sockets it could connect to
    processes    how many processes it sees
"""

import argparse
import glob
import hashlib
import json
import os
import re
import socket


def read(path):
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20)
    except OSError:
        return b""


def holds(text, digest):
    """Whether one of the text's words is the credential."""
    return any(hashlib.sha256(word).hexdigest() == digest for word in re.findall(rb"[^\s=\0:,\"']+", text))


def credential(digest):
    places = ["/proc/self/environ", *glob.glob("/proc/[0-9]*/environ"), *glob.glob("/proc/[0-9]*/cmdline")]
    places += glob.glob("/run/**", recursive=True) + glob.glob(os.path.expanduser("~/**"), recursive=True)[:1000]
    return [place for place in places if os.path.isfile(place) and holds(read(place), digest)]


def connects(family, address):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            connection.connect(address)
            return True
    except OSError:
        return False


def main():
    options = argparse.ArgumentParser(description="Say what is in reach.")
    options.add_argument("--credential-sha256", required=True)
    options.add_argument("--file", action="append", default=[])
    options.add_argument("--address", action="append", default=[])
    options.add_argument("--socket", action="append", default=[])
    chosen = options.parse_args()

    addresses = [(each, each.rsplit(":", 1)) for each in chosen.address]
    found = {
        "credential": credential(chosen.credential_sha256),
        "files": [path for path in chosen.file if read(path)],
        "network": [name for name, (host, port) in addresses if connects(socket.AF_INET, (host, int(port)))]
        # A socket's name that begins with @ is abstract: it has no file.
        + [path for path in chosen.socket if connects(socket.AF_UNIX, re.sub("^@", "\0", path))],
        "processes": len(glob.glob("/proc/[0-9]*")),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
