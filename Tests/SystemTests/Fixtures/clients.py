#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the HTTP clients of Python say of answers: one JSON line for each path, each on a connection
of its own.

    clients.py http.client|httpx HOST:PORT SECONDS [METHOD:]PATH...

`SECONDS` is how long a client waits for bytes. Told are `path`, the `status`, the `length` of the
body, and the name of the exception as `error`.
"""
import http.client
import json
import sys


def ask_standard(host, port, patience, method, path, told):
    connection = http.client.HTTPConnection(host, port, timeout=patience)
    try:
        connection.request(method, path, body=b"a body" if method == "POST" else None)
        response = connection.getresponse()
        told["status"] = response.status
        told["length"] = len(response.read())
    finally:
        connection.close()


def ask_httpx(host, port, patience, method, path, told):
    import httpx

    with httpx.Client(timeout=patience, trust_env=False) as client:
        content = b"a body" if method == "POST" else None
        response = client.request(method, f"http://{host}:{port}{path}", content=content)
        told["status"] = response.status_code
        told["length"] = len(response.content)


def main():
    kind, address, patience, *paths = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    ask = {"http.client": ask_standard, "httpx": ask_httpx}[kind]
    for entry in paths:
        method, path = entry.split(":", 1) if not entry.startswith("/") else ("GET", entry)
        told = {"path": path}
        try:
            ask(host, int(port), float(patience), method, path, told)
        except Exception as error:
            told["error"] = type(error).__name__
        print(json.dumps(told), flush=True)


main()
