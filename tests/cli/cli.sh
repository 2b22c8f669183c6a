#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The program as a user meets it: every command and option, exit codes, where
# output goes, what bad input is told, help, manual page, completion.
set -u
cd "$(dirname "$0")/../.." || exit 1
bin=$(realpath "${1:?usage: cli.sh TIERPATH}")
net=topology/library/two-tier.yaml
pull=$(find scenarios/article -name 'b-*.yaml')
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
ok() { # name, condition's status
	if [ "$2" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $1"
		head -n 20 "$tmp/out" "$tmp/err" 2>/dev/null | sed 's/^/  # /'
	fi
}
run() { "$bin" "$@" > "$tmp/out" 2> "$tmp/err"; }
exits() { # status, arguments: exit status is that
	local want=$1
	shift
	run "$@"
	local got=$?
	[ $got = "$want" ]
	ok "tierpath $* exits $want (got $got)" $?
}
says() { # file, pattern
	grep -qE -- "$2" "$tmp/$1"
	ok "$1 has: $2" $?
}
silent() { [ ! -s "$tmp/$1" ]; ok "nothing on $1" $?; }

# help and version
exits 0 --help; says out '^usage: tierpath COMMAND'; silent err
exits 0 --version; says out '^tierpath [0-9]+\.[0-9]+'
exits 0 -h
for command in run test trace show replay live wireshark extcap lint schema help; do
	exits 0 "$command" --help
	says out "^usage: tierpath $command"
	exits 0 help "$command"
	for option in $("$bin" "$command" --help | grep -oE -- '--[a-z-]+' | sort -u); do
		"$bin" help --completion | grep -A1 -E "^	$command\)" | grep -q -- "$option"
		ok "completion of $command knows $option" $?
		"$bin" help --man | grep -q -- "Fl Fl ${option#--}"
		ok "the manual page knows $option" $?
	done
done

# wrong usage: 2, a reason, a way out
exits 2; says err 'what shall be done'; silent out
exits 2 rnu; says err "did you mean 'tierpath run'"
exits 2 run; says err 'needs FILE'
exits 2 run --jsno "$pull"; says err "did you mean '--json'"
exits 2 run --seed=x "$pull"; says err 'takes a number'
exits 2 run --seed; says err 'needs a value'
exits 2 run --json=1 "$pull"; says err 'takes no value'
exits 2 run -Z; says err "no option '-Z'"
exits 2 run --color=blue "$pull"; says err 'possible: auto always never'
exits 2 test --shard=5/4 scenarios; says err 'not a shard'
exits 2 schema networks; says err 'known: topology, scenario'
exits 2 help nothing
exits 2 schema topology scenario; says err 'no further argument'
exits 2 run "$tmp/none.yaml"; says err 'cannot read .*No such file'
exits 2 run "$net"; says err "no key"
exits 2 trace "$net"; says err 'needs --from'
exits 2 trace "$net" --from vm-x --to server; says err "did you mean"
exits 2 show "$net" vm-x; says err "did you mean|known"
printf 'title: [\n' > "$tmp/bad.yaml"
exits 2 run "$tmp/bad.yaml"; says err '^.*bad.yaml:[0-9]+:[0-9]+: error: '
: > "$tmp/empty.yaml"
exits 2 run "$tmp/empty.yaml"; says err 'empty'
mkdir "$tmp/nothing"
exits 3 run "$tmp/nothing"
exits 3 test "$tmp/nothing"

# run
exits 0 run "$pull"; says out 'connection timed out'; says out 'DROPPED NO_ROUTE'
silent err
exits 0 run -q "$pull"
! grep -q DROPPED "$tmp/out"; ok "-q leaves the path out" $?
exits 0 run -v "$pull"; says out 'all packets of this step'
exits 0 run --clock-behind "$pull"; says out '<invalid>'
exits 0 run --color=always "$pull"; grep -q $'\033' "$tmp/out"; ok "--color=always colours" $?
NO_COLOR=1 exits 0 run "$pull"
! grep -q $'\033' "$tmp/out"; ok "no colours into a file" $?
if script -qec true /dev/null > /dev/null 2>&1; then # a container may have no terminals
	script -qec "NO_COLOR=1 $bin run -q $pull" /dev/null > "$tmp/out" 2>/dev/null
	! grep -q $'\033' "$tmp/out"; ok "NO_COLOR on a terminal" $?
	script -qec "$bin run -q $pull" /dev/null > "$tmp/out" 2>/dev/null
	grep -q $'\033' "$tmp/out"; ok "colours on a terminal" $?
	script -qec "stty cols 90; $bin run $pull" /dev/null > "$tmp/out" 2>/dev/null
	grep -q '^        failed to get images' "$tmp/out"
	ok "messages are folded on a narrow terminal" $?
fi
exits 0 run --json "$pull"; python3 -m json.tool < "$tmp/out" > /dev/null; ok "--json is JSON" $?
says out '"version": 1'
python3 - "$tmp/out" <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
c = o["steps"][0]["cause"]
assert c["request"]["kind"] == "SYN" and c["sent_times"] == 7
assert c["reply"]["reason"] == "NO_ROUTE" and c["reply"]["hops"][-1]["at"] == "upstream"
assert [n["rule"] for h in c["request"]["hops"] for n in h["nat"]] == ["pods-out"]
assert o["met"] is True
PY
ok "--json tells the path, the rule and the reason" $?
exits 0 run --seed 7 "$pull"
exits 2 run -w "$tmp/x.pcap" scenarios/article; says err 'take one scenario'
exits 0 run -w "$tmp/x.pcap" "$pull"; [ -s "$tmp/x.pcap" ]; ok "--write writes" $?
exits 2 run -w "$tmp/no/x.pcap" "$pull"; says err 'cannot write'
[ -z "$(find "$tmp" -name '*part*')" ]; ok "nothing half-written is left" $?
"$bin" run -w - "$pull" 2> "$tmp/err" | tcpdump -n -r - > "$tmp/out" 2>/dev/null
says out 'Flags \[S\]'; says err 'connection timed out'
"$bin" trace "$net" --from vm-a --to server -w - 2> "$tmp/err" | tcpdump -n -r - > "$tmp/out" 2>/dev/null
says out 'Flags \[S\]'; says err 'SNAT inside-out'
exits 2 run --capture all "$pull"; says err 'where shall the capture go'
script -qec "$bin run -q $pull -w -" /dev/null > "$tmp/out" 2>/dev/null
says out 'not for terminals'
exits 2 run -w "$tmp/x.pcap" --capture every "$pull"; says err 'possible: story, all, port='
exits 2 run -w "$tmp/x.pcap" --capture port=upstreem "$pull"; says err "did you mean 'upstream'"
exits 2 run -w "$tmp/x.pcap" --capture-filter 'hots x' "$pull"; says err 'not a capture filter'
exits 2 run -w "$tmp/x.pcap" --notes some "$pull"; says err 'possible: events all none'
exits 2 run -w "$tmp/x.pcap" --speed fast "$pull"; says err 'not a speed'
[ -z "$(find "$tmp" -name '*part*')" ]; ok "nothing half-written is left by these" $?
exits 2 replay "$tmp/x.pcap"; says err 'needs --topology'; says err 'needs --into'
exits 2 extcap; says err 'for Wireshark to call'
"$bin" run "$pull" > /dev/full 2> "$tmp/err"; [ $? = 4 ]; ok "a full disk is exit 4" $?
says err 'cannot write to stdout'
"$bin" run "$pull" | head -n 1 > "$tmp/out"; [ "${PIPESTATUS[0]}" -le 4 ]; ok "a closed pipe is no crash" $?

# a failed expectation: 1, and the trace that disproves it
sed 's/NO_ROUTE/TTL_ZERO/; s|\.\./\.\./topology|'"$PWD"'/topology|' "$pull" > "$tmp/wrong.yaml"
exits 1 run "$tmp/wrong.yaml"; says out 'FAILED'
exits 1 test "$tmp/wrong.yaml"; says out '^not ok 1'; says out '# .*upstream.*DROPPED NO_ROUTE'

# test
exits 0 test scenarios/article; says out '^TAP version 13'; says out '^1\.\.[0-9]+'
cp "$tmp/out" "$tmp/one"
exits 0 test -j 2 scenarios/article; cmp -s "$tmp/out" "$tmp/one"; ok "-j 2 prints the same" $?
# a process that dies, in a scenario that does not come: the others are played
mkfifo "$tmp/late.yaml"
exec 9<> "$tmp/late.yaml"
"$bin" test -j 2 "$tmp/late.yaml" scenarios/article > "$tmp/out" 9>&- &
test=$! reader=
for _ in $(seq 200); do
	for fd in /proc/[0-9]*/fd/*; do
		pid=${fd#/proc/} pid=${pid%%/*}
		[ "$pid" = $$ ] || [ "$(readlink "$fd")" != "$tmp/late.yaml" ] || reader=$pid
	done
	[ -z "$reader" ] || break
	sleep 0.05
done
kill -9 "$reader"
exec 9>&-
wait $test; [ $? = 2 ]; ok "a process that dies is exit 2" $?
says out '^not ok [0-9]+ - .*late.yaml'; says out 'has died'
[ "$(grep -c '^ok' "$tmp/out")" = "$(grep -c '^ok' "$tmp/one")" ]
ok "and takes only its own scenario down" $?
: > "$tmp/all"
for i in 1 2 3; do
	run test --shard=$i/3 scenarios/article
	grep '^ok' "$tmp/out" | sed 's/^ok [0-9]* - //' >> "$tmp/all"
done
diff <(sort "$tmp/all") <(grep '^ok' "$tmp/one" | sed 's/^ok [0-9]* - //' | sort) > /dev/null
ok "the shards together are the whole" $?
exits 0 test --junit="$tmp/junit.xml" scenarios/article
xmllint --noout --schema tests/cli/junit.xsd "$tmp/junit.xml" > "$tmp/out" 2>&1; ok "JUnit validates" $?
exits 1 test --junit="$tmp/junit.xml" "$tmp/wrong.yaml"
xmllint --noout --schema tests/cli/junit.xsd "$tmp/junit.xml" > "$tmp/out" 2>&1; ok "JUnit of a failure validates" $?
exits 2 test --junit="$tmp/no/junit.xml" scenarios/article
exits 2 test "$tmp/bad.yaml"; says out '^not ok 1'
printf 'title: t\ntopology: %s\nsteps: [{wait: 1s}]\n' "$PWD/$net" > "$tmp/proves.yaml"
exits 1 test "$tmp/proves.yaml"; says out 'proves nothing'

# trace
exits 0 trace "$net" --from vm-a --to server; says out 'SNAT inside-out'; says out 'and back: SYN-ACK'
exits 0 trace "$net" --from vm-a --to vm-b --proto icmp; says out 'reply from'
exits 0 trace "$net" --from vm-a --to server.example --proto tcp --port 443 --sport 40000; says out ':40000 >'
exits 1 trace "$net" --from vm-a --to server --port 444; says out 'refused'
exits 1 trace "$net" --from vm-a --to server --change '{tier0s: {t0: {static_routes: {out: null}}}}'
says out 'NO_ROUTE'
exits 2 trace "$net" --from vm-a --to server --change '{tier0s: {t0: {static_routes: {oot: null}}}}'
says err "did you mean 'out'"
exits 0 trace "$net" --from vm-a --to server --json
python3 - "$tmp/out" <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
assert o["operation_state"] == "FINISHED" and o["answered"] is True
there, back = o["results"], o["reply_results"]
say = lambda r: (r["resource_type"].removeprefix("PolicyTraceflowObservation"),
                 r["component_type"], r.get("component_sub_type"), r["component_name"])
assert [say(r) for r in there] == [
    ("Forwarded", "PHYSICAL", None, "vm-a"),
    ("ReceivedLogical", "LR", "LR_TIER1", "t1"),
    ("ForwardedLogical", "LR", "LR_TIER1", "t1"),
    ("ReceivedLogical", "LR", "LR_TIER0", "t0"),
    ("ForwardedLogical", "NAT", "LR_TIER0", "inside-out"),
    ("ForwardedLogical", "LR", "LR_TIER0", "t0"),
    ("Received", "PHYSICAL", None, "router"),
    ("Forwarded", "PHYSICAL", None, "router"),
    ("Delivered", "PHYSICAL", None, "server")], [say(r) for r in there]
nat = there[4]
assert nat["nat_rule_path"] == "/infra/tier-0s/t0/nat/USER/nat-rules/inside-out"
assert nat["translated_src_ip"] == "192.0.2.4"
assert [r["sequence_no"] for r in there] == [0, 1, 1, 2, 2, 2, 3, 3, 4]
assert say(back[-1])[0] == "Delivered" and say(back[-1])[3] == "vm-a"
assert o["counters"] == {"received_count": 3, "forwarded_count": 5,
                         "dropped_count": 0, "delivered_count": 1}, o["counters"]
PY
ok "trace --json is shaped like Traceflow" $?
exits 1 trace "$net" --from vm-a --to server --json --change '{tier0s: {t0: {static_routes: null}}}'
python3 - "$tmp/out" <<'PY'
import json, sys
o = json.load(open(sys.argv[1]))
last = o["results"][-1]
assert o["answered"] is False and o["reply_packet"] is None and o["reply_results"] == []
assert last["resource_type"] == "PolicyTraceflowObservationDroppedLogical", last
assert (last["component_name"], last["reason"]) == ("t0", "NO_ROUTE"), last
PY
ok "trace --json says where and why a packet was dropped" $?

# show
exits 0 show "$net"; says out '^t0:en1: routes'; says out 't0s> \* 0\.0\.0\.0/0'
exits 0 show "$net" nat t0; says out 'inside-out'
exits 0 show "$pull" sessions domain-c8; says out 'pods-out'
exits 0 show "$pull" arp upstream; says out 'REACHABLE'
exits 0 show "$net" --json routes t0
python3 -c "import json,sys; o=json.load(open('$tmp/out')); assert any(r['route_type']=='t0s' for r in o['nodes']['t0:en1']['routes'])"
ok "show --json has the routes" $?
exits 0 show "$net" --change '{tier1s: {t1: {route_advertisement_types: []}}}' routes t0
! grep -q t1c "$tmp/out"; ok "show --change shows the change" $?

# lint
exits 0 lint topology/library; silent err
exits 0 lint scenarios; says err 'warning: '
exits 2 lint "$tmp/bad.yaml"
sed 's/TIER1_NAT, //' topology/library/vcf4-static.yaml > "$tmp/off.yaml"
exits 0 lint "$tmp/off.yaml"; says err 'warning: .*does not advertise'
exits 1 lint --strict "$tmp/off.yaml"

# schemas
exits 0 schema topology; exits 0 schema scenario; silent err
tests/cli/schema.py "$bin" > "$tmp/out" 2> "$tmp/err"
ok "the schemas accept what is shipped, and refuse what is not" $?

# manual page, completion, installation
"$bin" help --man > "$tmp/tierpath.1"
mandoc -Tlint -W warning "$tmp/tierpath.1" > "$tmp/out" 2>&1; ok "mandoc finds no fault" $?
mandoc -Tascii "$tmp/tierpath.1" | sed 's/.\x08//g' | grep -q 'EXIT STATUS' ; ok "the manual page reads" $?
"$bin" help --completion > "$tmp/completion"
complete_with() { # words...
	bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tierpath 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' \
		_ "$tmp/completion" "$@" > "$tmp/out" 2> "$tmp/err"
}
complete_with tierpath r; says out '^run$'
complete_with tierpath run --se; says out '^--seed=$'
complete_with tierpath schema t; says out '^topology$'
complete_with tierpath trace --proto u; says out '^udp$'
complete_with tierpath schema s; says out '^scenario$'
! grep -q scenarios "$tmp/out"; ok "schema takes no file" $?
complete_with tierpath run READ; says out '^README.md$'
complete_with tierpath show "$net" se; says out '^sessions$'

# make install, DESTDIR and PREFIX, and back
kind=$(basename "$(dirname "$bin")")
make -s install KIND="$kind" DESTDIR="$tmp/staged" PREFIX=/opt/tp > "$tmp/out" 2> "$tmp/err"
ok "make install" $?
at=$tmp/staged/opt/tp
run_bin=$bin bin=$at/bin/tierpath
exits 0 test "$at/share/tierpath/scenarios"
mandoc -Tlint -W warning "$at/share/man/man1/tierpath.1" > "$tmp/out" 2>&1; ok "the installed page reads" $?
bash -n "$at/share/bash-completion/completions/tierpath"; ok "the completion parses" $?
bin=$run_bin
make -s uninstall DESTDIR="$tmp/staged" PREFIX=/opt/tp
[ -z "$(find "$tmp/staged" -type f)" ]; ok "make uninstall leaves no file" $?

# what a build without TLS cannot show
without_tls=$("$bin" test scenarios/tls/expired.yaml | grep -c 'SKIP built without TLS')
run run scenarios/tls/expired.yaml
if [ "$without_tls" = 0 ]; then
	silent err
else
	says err 'expired.yaml needs TLS, which this build is without'
fi

# what the README files print
tests/cli/readme.py "$bin" > "$tmp/out" 2> "$tmp/err"; ok "README blocks are what is printed" $?

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
