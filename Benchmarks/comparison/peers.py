# SPDX-License-Identifier: Apache-2.0
"""Who is compared: how each peer is started, with one thread that carries traffic."""
from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

from . import configurations as text
from .processes import READY_SECONDS, Failure, Program, Stage, await_answer
from .tools import Toolbox
from .upstream import ASK, OK

UNAVAILABLE = b"HTTP/1.1 503"


@dataclasses.dataclass
class Site:
    """What peers are configured with."""

    stage: Stage
    tools: Toolbox
    upstream: int
    descriptors: int


@dataclasses.dataclass
class Launch:
    """A peer that is about to run. Without a port of ours, what it announces names its own."""

    command: list[str]
    port: int | None
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    announces: str | None = None
    configure: Callable[[Program], None] | None = None


@dataclasses.dataclass
class Running:
    """A peer at work; the service itself, asked directly, is one without a program."""

    program: Program | None
    port: int
    began: float = 0.0
    """The moment just before the program was started, of `time.monotonic`."""


@dataclasses.dataclass(frozen=True)
class Peer:
    """One line of the tables."""

    name: str
    title: str
    family: str
    launch: Callable[[Site, int, str], Launch] | None
    begins: bytes = OK
    slow: bool = False
    """Measured with less of everything; its lines say so."""

    @property
    def is_ours(self) -> bool:
        return self.name.startswith("chaosproxy")

    def start(self, site: Site, ready: bool = True) -> Running:
        """Starts it, and waits until it answers as it should."""
        if self.launch is None:
            return Running(None, site.upstream)
        launch = self.launch(site, site.stage.free_port(), self.name)
        began = time.monotonic()
        program = site.stage.start(self.name, launch.command, site.stage.proxy_core, launch.env)
        try:
            port = launch.port or announced(program, launch.announces or "")
            if launch.configure:
                launch.configure(program)
            if ready:
                await_answer(program, port, ASK, self.begins)
        except BaseException:
            site.stage.end([program])
            raise
        return Running(program, port, began)


def announced(program: Program, pattern: str) -> int:
    """The port in the line that the program prints."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if found := re.search(pattern, program.log.read_text(errors="replace")):
            return int(found[1])
        program.check()
        time.sleep(0.001)
    raise Failure(f"said no port within {READY_SECONDS:.0f} s")


def chaosproxy(protocol: str, rules: str) -> Callable[[Site, int, str], Launch]:
    def launch(site: Site, port: int, name: str) -> Launch:
        configuration = text.chaosproxy(port, site.upstream, protocol, rules)
        path = site.stage.write(f"{name}.yaml", configuration)
        return Launch([
            site.tools.path("chaosproxy"), "--config", str(path), "--event-loops", "1",
            "--socket", str(admin_socket(site, name)), "--log-level", "error",
        ], port)
    return launch


def admin_socket(site: Site, name: str) -> pathlib.Path:
    return site.stage.folder / f"{name}.sock"


def haproxy(mode: str, frontend: str = "default_backend out") -> Callable[[Site, int, str], Launch]:
    def launch(site: Site, port: int, name: str) -> Launch:
        configuration = text.haproxy(port, site.upstream, mode, frontend)
        path = site.stage.write(f"{name}.cfg", configuration)
        return Launch([site.tools.path("haproxy"), "-db", "-f", str(path)], port)
    return launch


def nginx(kind: str) -> Callable[[Site, int, str], Launch]:
    def launch(site: Site, port: int, name: str) -> Launch:
        module = site.tools.stream_module() if kind == "stream" else ""
        configuration = text.nginx(site, port, name, kind, module)
        path = site.stage.write(f"{name}.conf", configuration)
        folder = str(site.stage.folder)
        return Launch([site.tools.path("nginx"), "-p", folder, "-c", str(path)], port)
    return launch


def envoy(filters: str) -> Callable[[Site, int, str], Launch]:
    def launch(site: Site, port: int, name: str) -> Launch:
        path = site.stage.write(f"{name}.yaml", text.envoy(port, site.upstream, filters))
        return Launch([
            site.tools.path("envoy"), "-c", str(path), "--concurrency", "1",
            "--disable-hot-restart", "-l", "error",
        ], port)
    return launch


def mitmproxy(site: Site, port: int, name: str) -> Launch:
    return Launch([
        site.tools.path("mitmdump"), "-q", "--mode", f"reverse:http://127.0.0.1:{site.upstream}",
        "--listen-host", "127.0.0.1", "--listen-port", str(port),
        "--set", "stream_large_bodies=1", "--set", f"confdir={site.stage.folder}",
    ], port)


def reencoding_relay(site: Site, port: int, name: str) -> Launch:
    command = [site.tools.path("reencoding-relay"), str(site.upstream)]
    return Launch(command, None, announces=r"listening on 127\.0\.0\.1:(\d+)")


def toxiproxy(latency_ms: int = 0) -> Callable[[Site, int, str], Launch]:
    def launch(site: Site, port: int, name: str) -> Launch:
        api = site.stage.free_port()

        def configure(program: Program) -> None:
            proxy = {"name": "bench", "listen": f"127.0.0.1:{port}",
                     "upstream": f"127.0.0.1:{site.upstream}"}
            post(program, f"http://127.0.0.1:{api}/proxies", proxy)
            if latency_ms:
                toxic = {"type": "latency", "stream": "downstream",
                         "attributes": {"latency": latency_ms}}
                post(program, f"http://127.0.0.1:{api}/proxies/bench/toxics", toxic)

        command = [site.tools.path("toxiproxy-server"), "-host", "127.0.0.1", "-port", str(api)]
        return Launch(command, port, {"GOMAXPROCS": "1", "LOG_LEVEL": "error"}, configure=configure)
    return launch


def post(program: Program, url: str, document: Mapping[str, object]) -> None:
    """Asks an admin API until it is there; a refusal is final."""
    request = urllib.request.Request(url, json.dumps(document).encode(), method="POST")
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5):
                return
        except urllib.error.HTTPError as error:
            raise Failure(f"its API said {error.code}: {error.read(200)!r}") from None
        except OSError as error:
            program.check()
            if time.monotonic() > deadline:
                raise Failure(f"its API was not there within {READY_SECONDS:.0f} s") from error
            time.sleep(0.01)


def delayed(milliseconds: int) -> list[Peer]:
    family, rule = f"delay-{milliseconds}", text.rule_delay
    return [
        Peer(f"chaosproxy-{family}", f"chaosproxy `delay: {milliseconds}ms`", family,
             chaosproxy("http", rule(milliseconds, "response"))),
        Peer(f"chaosproxy-request-{family}", f"chaosproxy `at: request`, {milliseconds} ms", family,
             chaosproxy("http", rule(milliseconds, "request"))),
        Peer(f"envoy-{family}", f"Envoy fixed_delay, {milliseconds} ms", family,
             envoy(text.envoy_http(text.envoy_delay(milliseconds)))),
        Peer(f"toxiproxy-{family}", f"Toxiproxy latency, {milliseconds} ms", family,
             toxiproxy(milliseconds)),
    ]


PEERS = [
    Peer("direct", "direct, no proxy", "direct", None),

    Peer("chaosproxy-tcp", "chaosproxy tcp", "tcp", chaosproxy("tcp", "[]")),
    Peer("haproxy-tcp", "HAProxy tcp", "tcp", haproxy("tcp")),
    Peer("nginx-stream", "nginx stream", "tcp", nginx("stream")),
    Peer("envoy-tcp", "Envoy tcp_proxy", "tcp", envoy(text.ENVOY_TCP)),
    Peer("toxiproxy", "Toxiproxy", "tcp", toxiproxy()),

    Peer("chaosproxy-http-10", "chaosproxy http, 10 rules", "http",
         chaosproxy("http", text.idle_rules(10))),
    Peer("chaosproxy-http-100", "chaosproxy http, 100 rules", "http",
         chaosproxy("http", text.idle_rules(100))),
    Peer("chaosproxy-http-10000", "chaosproxy http, 10,000 rules", "http",
         chaosproxy("http", text.idle_rules(10_000))),
    Peer("haproxy-http", "HAProxy http", "http", haproxy("http")),
    Peer("nginx-http", "nginx http", "http", nginx("http")),
    Peer("envoy-http", "Envoy http, fault filter", "http",
         envoy(text.envoy_http(text.ENVOY_IDLE_FAULT))),
    Peer("reencoding-relay", "re-encoding relay (NIOHTTP1)", "http", reencoding_relay),
    Peer("mitmproxy", "mitmproxy", "http", mitmproxy, slow=True),

    Peer("chaosproxy-respond", "chaosproxy `respond: 503`", "respond",
         chaosproxy("http", text.rule_respond(503)), UNAVAILABLE),
    Peer("haproxy-return", "HAProxy `return status 503`", "respond",
         haproxy("http", "http-request return status 503"), UNAVAILABLE),
    Peer("nginx-return", "nginx `return 503`", "respond", nginx("return"), UNAVAILABLE),
    Peer("envoy-abort", "Envoy, abort 503", "respond",
         envoy(text.envoy_http(text.ENVOY_ABORT)), UNAVAILABLE),

    *delayed(10),
    *delayed(100),
]
REFERENCES = {
    "tcp": "haproxy-tcp", "http": "haproxy-http", "respond": "haproxy-return",
    "delay-10": "envoy-delay-10", "delay-100": "envoy-delay-100",
}
"""Whom the peers of each family are divided by."""
BY_NAME = {peer.name: peer for peer in PEERS}
