#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A real client meets real faults, in four acts. Run by `make demo`, or with programs built elsewhere:
#
#     examples/quickstart/demo.sh [FOLDER OF THE PROGRAMS]
#
# Starts a service, a proxy in front of it and a client that never stops asking, then switches faults
# on and off while it asks. Each act compares what the client saw with what the event log says, and
# the demo ends with 1 as soon as the two differ. Ports are free ones, files live in one temporary
# folder, and nothing is left running.
set -euo pipefail
export LC_ALL=C

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=$(cd "${1:-$here/../../.build/debug}" && pwd)
PATH=$programs:$PATH
readonly patience=10          # seconds that anything may take to start, to answer or to be logged
readonly most_requests=2000   # the client gives up then, whatever else goes wrong
unset CHAOS_URL CHAOS_TOKEN http_proxy HTTP_PROXY all_proxy ALL_PROXY

# MARK: What is seen

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' cyan=$'\e[36m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' cyan='' plain=''
fi

act() { printf '\n%s── %s %s%s\n\n' "$bold" "$1" "$(printf '─%.0s' $(seq $((86 - ${#1}))))" "$plain"; }
show() { printf '  %s$ %s%s\n' "$cyan" "$*" "$plain"; }
kept() { printf '  %s✓%s %s\n' "$green" "$plain" "$*"; }
broken() {
    explained=yes
    printf '  %s✗ %s%s\n' "$red" "$*" "$plain" >&2
    for log in stub proxy; do
        [[ -s $work/$log.err ]] || continue
        printf '\n  the %s says:\n' "$log" >&2
        head -n 20 "$work/$log.err" | sed 's/^/    /' >&2
    done
    exit 1
}

# Shows the command, and runs it without its output.
control() {
    show "chaosctl $*"
    chaosctl "$@" >"$work/control.out" 2>&1 || broken "chaosctl $*: $(<"$work/control.out")"
}

# MARK: What is started, and ended

work=$(mktemp -d "${TMPDIR:-/tmp}/chaosproxy-demo.XXXXXX")
stub= proxy= client= explained=

# end PID: asks once, waits, and insists; the status of the process is the answer.
end() {
    local ticks=0
    kill -TERM "$1" 2>/dev/null || true
    while kill -0 "$1" 2>/dev/null && ((ticks++ < patience * 20)); do sleep 0.05; done
    kill -KILL "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null
}

clean_up() {
    local status=$?
    trap - EXIT INT TERM
    ((status == 0)) || [[ -n $explained ]] || echo "  the demo ended early, with status $status" >&2
    touch "$work/stop"
    [[ -z $client ]] || wait "$client" 2>/dev/null || true
    [[ -z $proxy ]] || end "$proxy" || true
    [[ -z $stub ]] || end "$stub" || true
    rm -rf "$work"
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# line_of NAME PID PATTERN: the first line of NAME.out that matches, once it is there.
line_of() {
    local ticks=0
    until grep -m 1 -E "$3" "$work/$1.out"; do
        kill -0 "$2" 2>/dev/null || broken "$1 ended before it was ready"
        ((ticks++ < patience * 20)) || broken "$1 was not ready within $patience s"
        sleep 0.05
    done
}

# MARK: The client

# Asks two routes in turn until it is told to stop: `NUMBER TARGET STATUS SECONDS EXIT` for each.
ask_forever() {
    local number target saw
    for ((number = 1; number <= most_requests; number++)); do
        [[ ! -e $work/stop ]] || return 0
        target="/api/v1/$( ((number % 2)) && echo agents || echo swarms)?n=$number"
        saw=$(curl -s -o /dev/null -m "$patience" -w '%{http_code} %{time_total}' "$base$target") &&
            echo "$number $target $saw 0" || echo "$number $target ${saw:-000 0} $?"
        sleep 0.02
    done >>"$work/client.log"
}

asked() { wc -l <"$work/client.log"; }

# Waits until the client has ended this many more requests.
await_asked() {
    local goal=$(($(asked) + $1)) ticks=0
    while (($(asked) < goal)); do
        kill -0 "$client" 2>/dev/null || broken "the client has stopped asking"
        ((ticks++ < patience * 20)) || broken "the client is stuck"
        sleep 0.05
    done
}

# MARK: Beside each other

# Every exchange and fault of the log so far, as one array, each exchange with its faults.
exchanges() {
    chaosctl events --since 0 --output json 2>"$work/control.err" | jq -s '
        flatten
        | (map(select(.kind == "fault")) | group_by([.conn, .unit])
           | map({key: "\(.[0].conn)/\(.[0].unit)", value: .}) | from_entries) as $faults
        | map(select(.kind == "xchg") | .faults = ($faults["\(.conn)/\(.unit)"] // []))'
}

# Counts one look at the log, of as many as patience allows, and waits a little before the next.
look_again() {
    kill -0 "$proxy" 2>/dev/null || broken "the proxy has ended"
    ((looks++ < patience * 4)) || broken "the event log lacks $1; $(<"$work/control.err")"
    sleep 0.25
}

# compare FIRST LAST: the client's requests FIRST to LAST, each with what the log says of it, as
# one array. A request that has no exchange yet is waited for: the log is written after the answer.
compare() {
    local looks=0
    until
        awk -v first="$1" -v last="$2" '$1 >= first && $1 <= last' "$work/client.log" |
            jq -R 'split(" ") | {number: .[0] | tonumber, target: .[1], status: .[2] | tonumber,
                                 seconds: .[3] | tonumber, exit: .[4] | tonumber}' |
            jq -s --slurpfile log <(exchanges) '
                ($log[0] | map({key: .target, value: .}) | from_entries) as $said
                | map(.log = $said[.target])' >"$work/compared"
        jq -e --argjson count "$(($2 - $1 + 1))" \
            'length == $count and all(.log != null)' "$work/compared" >/dev/null
    do
        look_again "requests that the client made"
    done
}

# table LIMIT: some of what was compared, what the client saw beside what the log says.
table() {
    printf '  %s%-24s %6s %9s   │ %s%s\n' "$dim" "the client asked, and saw" status seconds \
        "the event log says" "$plain"
    jq -r --argjson limit "$1" '
        def milliseconds: . / 1e6 | round | "\(.) ms";
        .[:$limit][] | [
            "GET \(.target)", .status, .seconds, .log.outcome,
            (.log.faults | map(" · \(.rule): \(.fault)"
                + (if .delay then " \(.delay | milliseconds)" else "" end)) | join(""))
        ] | @tsv' "$work/compared" |
        while IFS=$'\t' read -r target status seconds outcome faults; do
            printf '  %-25s %6s %9.3f   │ %s%s%s%s\n' \
                "$target" "$status" "$seconds" "$outcome" "$bold" "$faults" "$plain"
        done
    echo
}

# promise SENTENCE CONDITION: holds of what was compared, or the demo ends.
promise() {
    jq -e "$2" "$work/compared" >/dev/null || broken "not so: $1"
    kept "$1"
}

# log_of TARGET COUNT: the exchanges of one target, once there are so many.
log_of() {
    local looks=0
    until exchanges | jq --arg target "$1" 'map(select(.target == $target))' >"$work/compared" &&
        jq -e --argjson count "$2" 'length >= $count' "$work/compared" >/dev/null; do
        look_again "$2 exchanges of $1"
    done
}

# MARK: The stage

for needed in curl jq prism-stub chaosproxy chaosctl; do
    command -v "$needed" >/dev/null || broken "$needed is not on the path; \`make demo\` sees to that"
done

prism-stub --listen 127.0.0.1:0 >"$work/stub.out" 2>"$work/stub.err" &
stub=$!
direct=$(line_of stub "$stub" '^prism-stub listening on http://')
direct=${direct##* }

# The files that a person would use, but for the two fixed ports.
cp "$here/rules.yaml" "$work/"
sed -e "s|^\( *listen:\) 127.0.0.1:18080|\1 127.0.0.1:0|" \
    -e "s|^\( *upstream:\) 127.0.0.1:8080|\1 ${direct#http://}|" \
    "$here/chaosproxy.yaml" >"$work/chaosproxy.yaml"
export CHAOS_SOCKET=$work/admin.sock
chaosproxy --config "$work/chaosproxy.yaml" --socket "$CHAOS_SOCKET" \
    >"$work/proxy.out" 2>"$work/proxy.err" &
proxy=$!
line_of proxy "$proxy" '^ready' >/dev/null
listens=$(line_of proxy "$proxy" '^proxy prism http ')
base=http://$(awk '{print $4}' <<<"$listens")

printf '%sA real client meets real faults, in four acts.%s\n\n' "$bold" "$plain"
printf '  client  curl, asking two routes in turn for as long as this takes\n'
printf '  proxy   chaosproxy on %s\n' "${base#http://}"
sed -n 's/^/          /; /seed\|admin/p' "$work/proxy.out"
printf '  service prism-stub on %s\n' "${direct#http://}"

head -c 262144 /dev/urandom >"$work/block"
cid=$(curl -sS -m "$patience" --data-binary "@$work/block" -H 'Content-Type: application/octet-stream' \
    "$direct/api/v1/storage/blocks" | jq -er .cid) || broken "the service stores no block"
block=/api/v1/storage/blocks/$cid

: >"$work/client.log"
ask_forever &
client=$!

# MARK: Act 1

act "Act 1: nothing is switched on, nothing is changed"
await_asked 6
compare 1 6
table 6
promise "every answer is 200, and the log knows of no fault" \
    'all(.status == 200 and .exit == 0 and .log.outcome == "complete" and .log.faults == [])'
show "curl …/storage/blocks/… | cmp - block"
curl -sS -m "$patience" "$base$block?act=1" | cmp - "$work/block" || broken "the block was changed"
kept "256 KiB of random bytes come through as they were stored"

# MARK: Act 2

act "Act 2: latency on one route, while requests are under way"
control rule enable agents-list.slow
# The request that was under way at the switch may have met either side of it.
from=$(($(asked) + 2))
await_asked 9
to=$(asked)
control rule disable agents-list.slow
after=$(($(asked) + 2))
compare "$from" "$to"
table 6
promise "agents wait at least as long as was drawn for each, 200 to 400 ms" \
    'map(select(.target | startswith("/api/v1/agents"))) | length > 0 and all(
        (.log.faults | length) == 1 and .log.faults[0].delay >= 200e6
        and .log.faults[0].delay <= 400e6 and .seconds * 1e9 >= .log.faults[0].delay
        and .status == 200)'
promise "swarms, asked in between, meet no fault" \
    'map(select(.target | startswith("/api/v1/swarms"))) | length > 0
        and all(.log.faults == [] and .status == 200)'
await_asked 6
compare "$after" "$((after + 3))"
promise "switched off, it is gone: the next requests meet no fault" \
    'all(.log.faults == [] and .status == 200)'

# MARK: Act 3

act "Act 3: three times 503, then recovery"
control rule enable tasks-create.unavailable
target='/api/v1/tasks?act=3'
show "curl --retry 5 -d '{…}' …$target"
# Heads go to the standard output: a file would be emptied before each retry.
curl -sS --retry 5 -m 30 -o "$work/answer" -D - \
    -H 'Content-Type: application/json' -d '{"name": "index the archive"}' \
    "$base$target" >"$work/heads" 2>"$work/curl.err" ||
    broken "curl did not recover: $(<"$work/curl.err")"
log_of "$target" 4
mapfile -t saw < <(sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$work/heads")
mapfile -t said < <(jq -r '.[] | "\(.status) \(.outcome)"
    + (.faults | map(" · \(.rule): \(.fault)") | join(""))' "$work/compared")
printf '\n  %s%-24s %6s %9s   │ %s%s\n' "$dim" "the client asked, and saw" status "" \
    "the event log says" "$plain"
for attempt in "${!saw[@]}"; do
    printf '  %-24s  %6s %9s   │ %s\n' "attempt $((attempt + 1))" "${saw[$attempt]}" "" \
        "${said[$attempt]:-nothing}"
done
echo
promise "three attempts were answered 503 by the rule, the fourth by the service" \
    'map(.status) == [503, 503, 503, 201]
        and map(.outcome) == ["answered", "answered", "answered", "complete"]
        and map(.faults | length) == [1, 1, 1, 0]'
[[ ${saw[*]} == "$(jq -r 'map(.status) | join(" ")' "$work/compared")" ]] ||
    broken "curl saw ${saw[*]}, and the log says otherwise"
kept "curl saw the same four, waited the second that Retry-After asks for, and ended with 201"

# MARK: Act 4

act "Act 4: a reset in the middle of a body"
control rule enable blocks-get.cut
target="$block?act=4"
show "curl …/storage/blocks/… -o block"
status=0
curl -sS -m "$patience" -o "$work/part" -w '%{http_code} %{size_download}\n' "$base$target" \
    >"$work/curl.out" 2>"$work/curl.err" || status=$?
log_of "$target" 1
read -r code size <"$work/curl.out"
printf '\n  %-12s %s\n' "client" "$code, then $(<"$work/curl.err")"
printf '  %-12s %s\n' "" "$size of 262144 bytes, exit status $status"
printf '  %-12s %s\n\n' "event log" "$(jq -r '.[0] | "\(.outcome) after \(.response_bytes) bytes"
    + (.faults | map(" · \(.rule): \(.fault)") | join(""))' "$work/compared")"
[[ $status == 18 || $status == 56 ]] || broken "curl was to fail with 18 or 56, and ended with $status"
((size < 262144)) || broken "curl was given the whole block"
cmp -n "$size" "$work/part" "$work/block" 2>/dev/null || ((size == 0)) ||
    broken "what came before the reset was changed"
promise "the client noticed, and the log names the rule that did it" \
    '.[0].outcome == "cut" and .[0].faults[0].rule == "blocks-get.cut"'

control reset
curl -sS -m "$patience" "$base$block?act=5" | cmp - "$work/block" ||
    broken "after the reset of all rules the block does not come whole"
kept "after \`chaosctl reset\` the same block comes whole"

# MARK: The end

touch "$work/stop"
wait "$client"
client=
total=$(asked)
compare 1 "$total"
echo
promise "all the while the client asked $total times: every answer was 200" \
    'all(.status == 200 and .exit == 0)'
end "$proxy" && ended=0 || ended=$?
proxy=
((ended == 0)) || broken "chaosproxy was to end with 0 on SIGTERM, and ended with $ended"
end "$stub" || true
stub=
kept "chaosproxy ended on SIGTERM with 0; nothing is left running"
printf '\n  Next: examples/quickstart/README.md does the same by hand.\n'
