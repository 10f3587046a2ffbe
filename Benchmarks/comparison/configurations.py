# SPDX-License-Identifier: Apache-2.0
"""What the peers' configuration files say: each with one thread, and without a log of accesses."""
from __future__ import annotations

import json
import typing

from .upstream import nginx_http, nginx_main

if typing.TYPE_CHECKING:
    from .peers import Site

CONNECTIONS = 9_000
"""What each proxy has to take at once: a client and a server end for each of 5,000 idle ones, and
room, within the 20,000 descriptors that containers often have."""


# chaosproxy

def chaosproxy(port: int, upstream: int, protocol: str, rules: str) -> str:
    return f"""version: 1
seed: 1
environment: test
proxies:
  bench: {{ listen: "127.0.0.1:{port}", upstream: "127.0.0.1:{upstream}", protocol: {protocol} }}
rules: {rules}
"""


def idle_rules(count: int) -> str:
    """Rules of which none matches what is asked, though all share its method or its path's
    beginning. Written as JSON, which is YAML too."""
    shapes = ("GET /api/v1/service-{}/items", "ANY /api/v1/{{service}}/items/item-{}",
              "GET /api/v1/swarms/swarm-{}/**")
    return json.dumps([
        {"id": f"idle-{number}", "when": {"request": shapes[number % 3].format(number)},
         "then": [{"delay": "1s"}]}
        for number in range(count)
    ])


def rule_respond(status: int) -> str:
    return json.dumps([{"id": "answer", "when": {"proxy": "bench"}, "then": [{"respond": status}]}])


def rule_delay(milliseconds: int, at: str) -> str:
    time = f"{milliseconds}ms"
    delay = time if at == "response" else {"time": time, "at": at}
    return json.dumps([{"id": "late", "when": {"proxy": "bench"}, "then": [{"delay": delay}]}])


# HAProxy

def haproxy(port: int, upstream: int, mode: str, frontend: str) -> str:
    reuse = "http-reuse never" if mode == "http" else ""
    backend = f"backend out\n    {reuse}\n    server nginx 127.0.0.1:{upstream}\n"
    return f"""global
    nbthread 1
    maxconn {CONNECTIONS}
defaults
    mode {mode}
    timeout client 600s
    timeout server 600s
    timeout connect 5s
frontend in
    bind 127.0.0.1:{port} backlog 4096
    {frontend}
{backend if "default_backend" in frontend else ""}"""


# nginx

def nginx(site: Site, port: int, name: str, kind: str, module: str) -> str:
    folder = site.stage.folder
    main = nginx_main(folder, name, site.descriptors, module)
    listen = f"listen 127.0.0.1:{port} backlog=4096;"
    if kind == "stream":
        return main + f"""stream {{
    server {{ {listen} proxy_pass 127.0.0.1:{site.upstream}; proxy_timeout 600s; }}
}}
"""
    if kind == "return":
        location = "return 503;"
    else:
        location = """proxy_pass http://service; proxy_http_version 1.1;
            proxy_set_header Connection ""; proxy_max_temp_file_size 0;"""
    return main + f"""http {{
    {nginx_http(folder)}
    upstream service {{
        server 127.0.0.1:{site.upstream}; keepalive 1024; keepalive_requests 1000000000;
    }}
    server {{ {listen} location / {{ {location} }} }}
}}
"""


# Envoy

ENVOY_TCP = """
      - name: envoy.filters.network.tcp_proxy
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
          stat_prefix: in
          cluster: service"""

ENVOY_IDLE_FAULT = """
              headers: [{ name: x-chaos, present_match: true }]
              delay: { fixed_delay: 1s, percentage: { numerator: 100, denominator: HUNDRED } }"""
ENVOY_ABORT = """
              abort: { http_status: 503, percentage: { numerator: 100, denominator: HUNDRED } }"""


def envoy_delay(milliseconds: int) -> str:
    return f"""
              delay:
                fixed_delay: {milliseconds / 1000:.3f}s
                percentage: {{ numerator: 100, denominator: HUNDRED }}"""


def envoy_http(fault: str) -> str:
    """A connection manager with the fault filter."""
    return f"""
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network\
.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: in
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{ match: {{ prefix: "/" }}, route: {{ cluster: service, timeout: 0s }} }}]
          http_filters:
          - name: envoy.filters.http.fault
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault{fault}
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"""


def envoy(port: int, upstream: int, filters: str) -> str:
    most = f"max_connections: {CONNECTIONS}, max_pending_requests: {CONNECTIONS}"
    return f"""static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }}
    tcp_backlog_size: 4096
    filter_chains:
    - filters:{filters}
  clusters:
  - name: service
    connect_timeout: 5s
    circuit_breakers:
      thresholds: [{{ {most}, max_requests: {CONNECTIONS} }}]
    load_assignment:
      cluster_name: service
      endpoints:
      - lb_endpoints:
        - endpoint:
            address: {{ socket_address: {{ address: 127.0.0.1, port_value: {upstream} }} }}
"""
