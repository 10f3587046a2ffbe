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
    "$@" >"$work/$name.out" 2>"$work/$name.err" &
    pid=$!
    started+=("$pid")
    until line=$(grep -m 1 -E "$pattern" "$work/$name.out"); do
        kill -0 "$pid" 2>/dev/null || fail "$name ended early: $(tail -n 3 "$work/$name.err")"
        ((ticks++ < patience * 20)) || fail "$name was not ready within $patience s"
        sleep 0.05
    done
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
