# SPDX-License-Identifier: Apache-2.0
#
# What the measuring scripts share; sourced, with rounds, seconds, connections and patience set.
# The figure is always a process's own CPU time per request, from /proc: on a busy machine it moves
# less than a rate does.

work=$(mktemp -d "${TMPDIR:-/tmp}/chaosproxy-bench.XXXXXX")
started=()
clean_up() {
    local status=$?
    trap - EXIT INT TERM
    ((${#started[@]} == 0)) || kill -TERM "${started[@]}" 2>/dev/null || true
    wait || true
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() {
    printf 'bench: %s\n' "$*" >&2
    exit 1
}

# start NAME PATTERN COMMAND...: runs it, and waits for the line; sets `pid` and `line`.
start() {
    local name=$1 pattern=$2 ticks=0
    shift 2
    : >"$work/$name.out"
    "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    started+=("$pid")
    until line=$(grep -m 1 -E "$pattern" "$work/$name.out"); do
        kill -0 "$pid" 2>/dev/null || fail "$name ended early: $(tail -n 3 "$work/$name.err")"
        ((ticks++ < patience * 20)) || fail "$name was not ready within $patience s"
        sleep 0.05
    done
}

# A port that is free now, for programs that take no port 0.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# await_port PORT NAME: waits until somebody listens there, for programs that do not say so.
await_port() {
    local tick
    for ((tick = 0; tick < patience * 20; tick++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.05
    done
    fail "$2 was not ready: $(tail -n 3 "$work/$2.out")"
}

# The service that proxies are measured in front of; sets `upstream_port`.
start_nginx() {
    command -v nginx >/dev/null || fail "nginx is missing; install it, for example with apt-get"
    mkdir -p "$work/nginx"
    upstream_port=$(free_port)
    cat >"$work/nginx.conf" <<CONF
daemon off; master_process off; worker_processes 1; pid $work/nginx/pid; error_log $work/nginx/error;
events { worker_connections 4096; }
http {
    access_log off; keepalive_requests 100000000; default_type text/plain;
    client_body_temp_path $work/nginx; proxy_temp_path $work/nginx; fastcgi_temp_path $work/nginx;
    uwsgi_temp_path $work/nginx; scgi_temp_path $work/nginx;
    server {
        listen 127.0.0.1:$upstream_port backlog=4096;
        location / { return 200 "$(printf 'x%.0s' {1..128})"; }
    }
}
CONF
    nginx -p "$work/nginx" -c "$work/nginx.conf" >"$work/nginx.out" 2>&1 &
    started+=($!)
    await_port "$upstream_port" nginx
}

# CPU time that a process has used, in clock ticks.
ticks_of() { awk '{print $14 + $15}' "/proc/$1/stat"; }

# measure PID URL: microseconds of the process's CPU for each request.
measure() {
    local before after said
    before=$(ticks_of "$1")
    said=$(wrk -t 1 -c "$connections" -d "${seconds}s" "$2")
    after=$(ticks_of "$1")
    ! grep -qE 'Non-2xx|Socket errors' <<<"$said" || fail "wrk saw errors at $2: $said"
    awk -v ticks=$((after - before)) -v hertz="$(getconf CLK_TCK)" \
        '/ requests in / {printf "%.2f\n", ticks / hertz * 1e6 / $1}' <<<"$said"
}

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }
