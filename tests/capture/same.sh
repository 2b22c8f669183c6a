#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Two builds (gcc's and clang's, with the same OpenSSL) write the same bytes:
# plays every scenario with both, compares captures of both kinds and reports.
set -u
cd "$(dirname "$0")/../.." || exit 1
one=${1:?usage: same.sh TIERPATH TIERPATH} two=${2:?usage: same.sh TIERPATH TIERPATH}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0 keyed=0
play() { # program, scenario, where
	"$1" run "$2" --json -v --capture all --write "$3.all.pcapng" > "$3.json" 2> "$3.err"
	"$1" run "$2" -q --write "$3.pcapng" > /dev/null 2>&1
	"$1" run "$2" -q --write "$3.pcap" > /dev/null 2>&1
	[ -s "$3.pcapng" ] && [ -s "$3.pcap" ] && [ -s "$3.json" ]
}
for scenario in $(find scenarios -name '*.yaml' | sort); do
	fault=
	play "$one" "$scenario" "$tmp/one" && play "$two" "$scenario" "$tmp/two" || fault="not played"
	for kind in all.pcapng pcapng pcap json err; do
		cmp "$tmp/one.$kind" "$tmp/two.$kind" || fault=differ
	done
	LC_ALL=C grep -qaE '(CLIENT_RANDOM|SERVER_TRAFFIC_SECRET_0) ' "$tmp/one.pcapng" &&
		keyed=$((keyed + 1))
	rm -f "$tmp"/*
	[ -z "$fault" ] && passed=$((passed + 1)) && continue
	failed=$((failed + 1))
	echo "not ok - $scenario: $fault"
done
echo "$keyed of them with TLS"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
