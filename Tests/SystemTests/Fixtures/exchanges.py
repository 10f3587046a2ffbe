#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP service whose every answer is drawn from the number in the path, in all framings.

The kind of answer is `number % 16`, its contents come from a generator seeded with the number. Each
answer names the SHA-256 of the request as it came, framing and all, so that comparing answers
compares requests too. Prints `listening HOST:PORT`.
"""
import hashlib
import random
import socket
import threading


def fields(draw, request):
    """Header lines in odd order and case, some of them twice, some empty."""
    lines = [f"X-Request: {hashlib.sha256(request).hexdigest()}"]
    names = ["Server", "sErVeR", "ETag", "x-empty", "X-Repeated", "X-Repeated", "Set-Cookie",
             "set-cookie", "Vary", "X-Spaces"]
    for name in draw.sample(names, draw.randrange(len(names))):
        value = "" if name == "x-empty" else f"{draw.getrandbits(64):x}; a=\"b, c\""
        lines.append(f"{name}:{draw.choice(['', ' ', '   '])}{value}{draw.choice(['', ' '])}")
    draw.shuffle(lines)
    return lines


def content(draw, most=4_000):
    return draw.randbytes(draw.randrange(1, most))


def chunked(draw, body, extensions=False, trailers=False, most=1_500):
    out = b""
    while body:
        size = draw.randrange(1, most)
        part, body = body[:size], body[size:]
        extension = draw.choice([";name", ';a="b;c"', ";x=1;y=2"]) if extensions else ""
        length = draw.choice(["%x", "%X", "0%x"]) % len(part)
        out += f"{length}{extension}\r\n".encode() + part + b"\r\n"
    out += b"0\r\n"
    if trailers:
        out += b"X-Checksum: 12\r\nx-LAST: \r\n"
    return out + b"\r\n"


def answer(number, request):
    """The bytes of the answer, and whether the connection ends with it."""
    draw, kind = random.Random(number), number % 16
    lines, body, status, closes, before = fields(draw, request), b"", "200 OK", False, b""
    version = "HTTP/1.1"
    if kind in (1, 2, 15):
        lines.append(draw.choice(["Transfer-Encoding", "transfer-encoding"]) + ": chunked")
        most = 8 if kind == 15 else 1_500
        body = chunked(draw, content(draw), kind == 2, kind == 2, most)
    elif kind == 3:
        lines.append("Connection: close")
        body, closes = content(draw, 60_000), True
    elif kind == 4:
        lines.append(f"content-length: {draw.randrange(10_000)}")
    elif kind == 5:
        status = "204 No Content"
    elif kind == 6:
        status = "304 Not Modified"
        lines.append(f"Content-Length: {draw.randrange(10_000)}")
    elif kind == 8:
        version, closes = "HTTP/1.0", True
        body = content(draw)
    else:
        if kind == 7:
            before = b"HTTP/1.1 102 Processing\r\n\r\n"
            before += b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"
        if kind == 10:
            status = draw.choice(["404 Not  There", "500", "299 \xe9trange", "200 "])
        if kind == 13:
            lines.append("Connection: close")
            closes = True
        body = draw.randbytes(draw.randrange(1, 1 << 19)) if kind == 9 else content(draw)
        lines.insert(draw.randrange(len(lines) + 1), f"CONTENT-length: {len(body)}")
    head = "\r\n".join([f"{version} {status}"] + lines) + "\r\n\r\n"
    return before + head.encode("latin-1") + body, closes


class Connection:
    def __init__(self, connection):
        self.connection, self.rest, self.request = connection, b"", b""

    def take(self, count):
        while len(self.rest) < count:
            self.more()
        part, self.rest = self.rest[:count], self.rest[count:]
        self.request += part
        return part

    def more(self):
        part = self.connection.recv(1 << 16)
        if not part:
            raise EOFError
        self.rest += part

    def until(self, mark):
        while mark not in self.rest:
            self.more()
        return self.take(self.rest.index(mark) + len(mark))

    def serve(self):
        self.request = b""
        head = self.until(b"\r\n\r\n").decode("latin-1")
        low = head.lower()
        if "expect: 100-continue" in low:
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "transfer-encoding: chunked" in low:
            while size := int(self.until(b"\r\n"), 16):
                self.take(size + 2)
            self.until(b"\r\n")
        elif "content-length: " in low:
            self.take(int(low.split("content-length: ")[1].split("\r\n")[0]))
        number = int(head.split(" ")[1].rsplit("/", 1)[1])
        out, closes = answer(number, self.request)
        self.connection.sendall(out)
        return not closes and not head.split("\r\n")[0].endswith("1.0")


def carry(socket_):
    with socket_:
        connection = Connection(socket_)
        try:
            while connection.serve():
                pass
            socket_.shutdown(socket.SHUT_WR)
            while socket_.recv(1 << 16):
                pass
        except (OSError, EOFError):
            pass


listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
print(f"listening 127.0.0.1:{listener.getsockname()[1]}", flush=True)
while True:
    accepted, _ = listener.accept()
    accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=carry, args=(accepted,), daemon=True).start()
