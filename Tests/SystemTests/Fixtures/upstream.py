#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The service behind the proxy in the system tests: what it does is asked for in the path.

    upstream.py [http|echo|mixed|sink|noise|full]

`http` serves, on a free port that it prints as `listening HOST:PORT`:

    /text/N        N bytes, with their length; the connection ends with them if its client says so
    /chunks/N      N chunks of 1,000 bytes, with a trailer
    /take          reads the body and answers its length and SHA-256
    /take-slowly/G the same, and stops after 1 MiB until gate G is opened
    /gate/G        answers when gate G is opened; /half/G: its first half at once
    /open/G        opens gate G
    /seen          every other request line so far, and which bodies ended too early
    /echo          the request itself, as JSON: method, target, headers (names in lower case), body
    /json/CODING   DOCUMENT in a content coding: identity, gzip, deflate or br (which is none)
    /status/N      answers with status N
    /count/NAME    how often this path was asked for, itself included
    /reset         a reset in place of an answer; /reset-half/G: inside one, after gate G
    /silent        no answer, and no end
`echo` sends every byte back, and ends when its client has. `mixed` is `http` for who begins with `GET`,
and `echo` for any other; who says nothing for a second is greeted first: `220 ready`. `sink` counts the bytes until the client
ends, and answers `N bytes`. `noise` answers with random bytes. `full` accepts nobody: its backlog
is full, so that whoever connects waits.
"""
import gzip
import hashlib
import json
import random
import select
import socket
import struct
import sys
import threading
import zlib

PATIENCE = 30  # seconds that a gate may stay closed
BLOCK = bytes(range(256)) * 256
DOCUMENT = json.dumps({"name": "first", "tags": ["a", "b"], "deep": {"kept": 1, "gone": 2}}).encode()
ENCODE = {"identity": bytes, "gzip": gzip.compress, "deflate": zlib.compress,
          "br": lambda data: b"\x8b" + data[::-1]}

gates, seen, counts, lock = {}, [], {}, threading.Lock()


def gate(name):
    with lock:
        return gates.setdefault(name, threading.Event())


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Reader:
    """Takes requests from a connection, and remembers nothing of their bodies."""

    def __init__(self, connection):
        self.connection, self.rest = connection, b""

    def more(self):
        part = self.connection.recv(1 << 16)
        if not part:
            raise EOFError
        self.rest += part

    def until(self, mark):
        while mark not in self.rest:
            self.more()
        head, _, self.rest = self.rest.partition(mark)
        return head

    def body(self, headers):
        if headers.get("transfer-encoding", "").lower() == "chunked":
            while True:
                size = int(self.until(b"\r\n").split(b";")[0], 16)
                if size == 0:
                    while self.until(b"\r\n"):
                        pass
                    return
                yield from self.exactly(size)
                self.until(b"\r\n")
        else:
            yield from self.exactly(int(headers.get("content-length", 0)))

    def exactly(self, count):
        if count < 0:
            raise ValueError(count)
        while count:
            if not self.rest:
                self.more()
            part, self.rest = self.rest[:count], self.rest[count:]
            count -= len(part)
            yield part


def answer(connection, body, status="200 OK", fields=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    connection.sendall("".join(line + "\r\n" for line in lines).encode() + b"\r\n" + body)


def answer_document(connection, coding):
    fields = ["Content-Type: application/json", f"Content-Encoding: {coding}", 'ETag: "abc"']
    answer(connection, ENCODE[coding](DOCUMENT), fields=fields)


def echo(connection, request, parts):
    method, path, headers = request
    whole = b"".join(parts).decode("latin-1")
    told = {"method": method, "target": path, "headers": headers, "body": whole}
    answer(connection, json.dumps(told).encode(), fields=["Content-Type: application/json"])


def count(connection, path):
    with lock:
        counts[path] = counts.get(path, 0) + 1
        number = counts[path]
    answer(connection, f"{number}\n".encode())


def digest(parts, line, pause=None):
    whole, count = hashlib.sha256(), 0
    try:
        for part in parts:
            whole.update(part)
            if pause and count < 1 << 20 <= count + len(part):
                pause.wait(PATIENCE)
            count += len(part)
    except (EOFError, OSError):
        with lock:
            seen.append(f"an end after {count} bytes of {line}")
        raise
    return f"{count} {whole.hexdigest()}\n".encode()


def text(connection, count, closes):
    close = "Connection: close\r\n" if closes else ""
    connection.sendall(f"HTTP/1.1 200 OK\r\n{close}Content-Length: {count}\r\n\r\n".encode())
    while count:
        connection.sendall(BLOCK[:count])
        count -= min(count, len(BLOCK))


def respond(connection, request, parts, closes):
    method, path, _ = request
    line = f"{method} {path} HTTP/1.1"
    words = path.split("?")[0].strip("/").split("/")
    kind, argument = words[0], words[-1]
    if kind == "take-slowly":
        return answer(connection, digest(parts, line, gate(argument)))
    if kind == "echo":
        return echo(connection, request, parts)
    taken = digest(parts, line)
    if method == "HEAD":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    elif kind == "text":
        text(connection, int(argument), closes)
    elif kind == "chunks":
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(int(argument)):
            connection.sendall(b"3e8\r\n" + BLOCK[:1000] + b"\r\n")
        connection.sendall(b"0\r\nX-Trailer: last\r\n\r\n")
    elif kind == "take":
        answer(connection, taken)
    elif kind == "gate":
        gate(argument).wait(PATIENCE)
        answer(connection, b"opened\n")
    elif kind == "half":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        gate(argument).wait(PATIENCE)
        connection.sendall(b"other")
    elif kind == "open":
        gate(argument).set()
        answer(connection, b"open\n")
    elif kind == "seen":
        with lock:
            answer(connection, "".join(line + "\n" for line in seen).encode())
    elif kind == "json":
        answer_document(connection, argument)
    elif kind == "status":
        answer(connection, b"as asked\n", f"{argument} As Asked")
    elif kind == "count":
        count(connection, path)
    elif kind == "reset":
        reset(connection)
    elif kind == "reset-half":
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        # The client opens the gate once it has the half: a reset overtakes what is not read yet.
        gate(argument).wait(PATIENCE)
        reset(connection)
    elif kind == "silent":
        connection.recv(1)
    else:
        answer(connection, f"{path} is not known\n".encode(), "404 Not Found")


def serve_http(connection):
    reader = Reader(connection)
    while True:
        head = reader.until(b"\r\n\r\n").decode("latin-1")
        line, *fields = head.split("\r\n")
        headers = {}
        for name, value in (field.split(":", 1) for field in fields if ":" in field):
            before = headers.get(name.lower())
            headers[name.lower()] = f"{before}, {value.strip()}" if before else value.strip()
        method, path = line.split(" ")[:2]
        if not path.startswith("/seen"):
            with lock:
                seen.append(line)
        if headers.get("expect") == "100-continue":
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        closes = headers.get("connection", "").lower() == "close"
        respond(connection, (method, path, headers), reader.body(headers), closes)
        if closes:
            return


def serve_echo(connection):
    while part := connection.recv(1 << 16):
        connection.sendall(part)
    connection.shutdown(socket.SHUT_WR)


def serve_mixed(connection):
    readable, _, _ = select.select([connection], [], [], 2)
    if readable and connection.recv(4, socket.MSG_PEEK) == b"GET ":
        return serve_http(connection)
    if not readable:
        connection.sendall(b"220 ready\r\n")
    serve_echo(connection)


def serve_sink(connection):
    count = 0
    while part := connection.recv(1 << 18):
        count += len(part)
    connection.sendall(f"{count} bytes\n".encode())


def serve_noise(connection):
    with lock:
        seen.append("")
        draw = random.Random(len(seen))
    connection.recv(1)
    for _ in range(draw.randrange(4)):
        lines = [b"HTTP/1.1 200 OK\r\n", b"Content-Length: -5\r\n", b"Content-Length: 9\r\n",
                 b"Transfer-Encoding: chunked\r\n", b"\r\n", b"ffffffffffffffffff\r\n", b"0\r\n",
                 b" folded\r\n", draw.randbytes(draw.randrange(300))]
        connection.sendall(b"".join(draw.choices(lines, k=draw.randrange(8))))
    if draw.random() < 0.3:
        reset(connection)


def be_full():
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    address = listener.getsockname()
    waiting = []
    for _ in range(8):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(address)
        waiting.append(client)
    # The first is in the queue when it can be written to; the kernel lets one or two more in.
    select.select([], waiting[:1], [], PATIENCE)
    print(f"listening 127.0.0.1:{address[1]}", flush=True)
    threading.Event().wait()


def main():
    mode = (sys.argv[1:] or ["http"])[0]
    if mode == "full":
        return be_full()
    serve = {"http": serve_http, "echo": serve_echo, "mixed": serve_mixed, "sink": serve_sink,
             "noise": serve_noise}[mode]

    def carry(connection):
        with connection:
            try:
                serve(connection)
            except (OSError, EOFError, ValueError):
                pass

    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"listening 127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while True:
        connection, _ = listener.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=carry, args=(connection,), daemon=True).start()


main()
