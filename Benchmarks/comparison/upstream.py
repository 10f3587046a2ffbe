# SPDX-License-Identifier: Apache-2.0
"""The service behind every peer: nginx with one worker, small answers and one large file."""
from __future__ import annotations

import pathlib

from .processes import Stage, await_answer
from .tools import Toolbox

SMALL_PATH, LARGE_PATH = "/api/v1/swarms", "/large"
SMALL_BYTES = 128
LARGE_BYTES = 64 * 1024 * 1024
ASK = f"GET {SMALL_PATH} HTTP/1.1\r\nHost: upstream\r\n\r\n".encode()
OK = b"HTTP/1.1 200"

MAIN = """daemon off; master_process off; worker_processes 1; pid {folder}/{name}.pid;
error_log stderr error; {module}
worker_rlimit_nofile {descriptors};
events {{ worker_connections 16384; }}
"""
"""What each nginx here begins with, upstream or peer."""

HTTP = """access_log off; keepalive_requests 1000000000; keepalive_timeout 600s;
    default_type text/plain; sendfile on;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};"""

SERVER = """http {{
    {http}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location / {{ return 200 "{body}"; }}
        location = {large} {{ alias {folder}/large; }}
        location = /status {{ stub_status; }}
    }}
}}
"""


class Upstream:
    """The service of a run."""

    def __init__(self, stage: Stage, tools: Toolbox, descriptors: int) -> None:
        self.port = stage.free_port()
        # A file without blocks: read from memory, and none of the disk is taken.
        with (stage.folder / "large").open("wb") as large:
            large.truncate(LARGE_BYTES)
        configuration = nginx_main(stage.folder, "upstream", descriptors) + SERVER.format(
            http=nginx_http(stage.folder), port=self.port, body="x" * SMALL_BYTES,
            large=LARGE_PATH, folder=stage.folder,
        )
        path = stage.write("upstream.conf", configuration)
        command = [tools.path("nginx"), "-p", str(stage.folder), "-c", str(path)]
        program = stage.start("upstream", command, stage.load_core)
        await_answer(program, self.port, ASK, OK)


def nginx_main(folder: pathlib.Path, name: str, descriptors: int, module: str = "") -> str:
    return MAIN.format(folder=folder, name=name, descriptors=descriptors, module=module)


def nginx_http(folder: pathlib.Path) -> str:
    return HTTP.format(folder=folder)
