"""Connects to a Unix socket as whoever runs it, and passes bytes between it and standard input and output."""

import os
import socket
import sys
import threading

peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
peer.connect(sys.argv[1])


def inwards():
    while data := os.read(0, 65536):
        peer.sendall(data)
    peer.shutdown(socket.SHUT_WR)


threading.Thread(target=inwards, daemon=True).start()
while data := peer.recv(65536):
    os.write(1, data)
