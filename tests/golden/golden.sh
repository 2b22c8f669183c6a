#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What every shipped scenario prints, and the digest of its capture, compared
# with what is stored beside this script. --bless stores them anew; then the
# diff is to be read. Bytes of TLS differ from one OpenSSL to another: a capture
# with keys in it has no digest, but must come out the same twice. A build
# without TLS must print the same but for how long a step with requests took,
# and leaves out the scenarios that are about TLS.
set -u
cd "$(dirname "$0")/../.." || exit 1
bless=
[ "${1:-}" = --bless ] && bless=1 && shift
bin=${1:?usage: golden.sh [--bless] TIERPATH}
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0
result() { # status, name
	if [ "$1" = 0 ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok - $2"
	fi
}
play() { # scenario, capture
	COLUMNS=100 "$bin" run "$1" --color never --write "$2"
}
plain=
"$bin" test scenarios/tls/expired.yaml 2>&1 | grep -q 'SKIP built without TLS' && plain=1
[ -z "$plain" ] || [ -z "$bless" ] || { echo "a build without TLS blesses nothing"; exit 1; }
comparable() { # file: what is to be compared of it
	[ -n "$plain" ] || { cat "$1"; return; }
	sed -E 's/^(step .*[^ ]) +(PULLED|ANSWERED) in [0-9.]+ m?s$/\1 \2/' "$1"
}
differs_by_build() { # stored, capture
	if [ -n "$plain" ]; then
		grep -q '^capture: with keys' "$1"
	else
		LC_ALL=C grep -qaE '(CLIENT_RANDOM|SERVER_TRAFFIC_SECRET_0) ' "$2"
	fi
}
digest() { # scenario, capture, stored
	if ! differs_by_build "$3" "$2"; then
		sha256sum < "$2" | cut -c1-64
		return
	fi
	play "$1" "$tmp/again.pcapng" > /dev/null 2>&1
	cmp -s "$2" "$tmp/again.pcapng" && echo "with keys, the same twice" ||
		echo "not the same twice"
}
for scenario in $(find scenarios -name '*.yaml' | sort); do
	[ -n "$plain" ] && grep -q '^needs: .*tls' "$scenario" && continue
	name=$(echo "${scenario#scenarios/}" | tr / -)
	stored=tests/golden/${name%.yaml}.txt
	play "$scenario" "$tmp/out.pcapng" > "$tmp/out.txt" 2>&1
	echo "capture: $(digest "$scenario" "$tmp/out.pcapng" "$stored")" >> "$tmp/out.txt"
	[ -z "$bless" ] || cp "$tmp/out.txt" "$stored"
	diff -u --label "$stored" --label out <(comparable "$stored") <(comparable "$tmp/out.txt")
	result $? "$scenario prints what is stored in $stored"
done
for stored in tests/golden/*.txt; do
	name=$(basename "$stored" .txt)
	[ -n "$(find scenarios -path "*/${name#*-}.yaml")" ] || [ -f "scenarios/$(echo "$name" | sed 's|-|/|').yaml" ]
	result $? "$stored belongs to a scenario"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
