#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What every shipped scenario prints, and the digest of its capture, compared
# with what is stored beside this script. --bless stores them anew; then the
# diff is to be read. Bytes of TLS differ from one OpenSSL to another: a capture
# with keys in it has no digest, but must come out the same twice.
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
digest() { # scenario, capture
	if ! LC_ALL=C grep -qaE '(CLIENT_RANDOM|SERVER_TRAFFIC_SECRET_0) ' "$2"; then
		sha256sum < "$2" | cut -c1-64
		return
	fi
	play "$1" "$tmp/again.pcapng" > /dev/null 2>&1
	cmp -s "$2" "$tmp/again.pcapng" && echo "with keys, the same twice" ||
		echo "not the same twice"
}
for scenario in $(find scenarios -name '*.yaml' | sort); do
	name=$(echo "${scenario#scenarios/}" | tr / -)
	stored=tests/golden/${name%.yaml}.txt
	play "$scenario" "$tmp/out.pcapng" > "$tmp/out.txt" 2>&1
	echo "capture: $(digest "$scenario" "$tmp/out.pcapng")" >> "$tmp/out.txt"
	[ -z "$bless" ] || cp "$tmp/out.txt" "$stored"
	diff -u "$stored" "$tmp/out.txt"
	result $? "$scenario prints what is stored in $stored"
done
for stored in tests/golden/*.txt; do
	name=$(basename "$stored" .txt)
	[ -n "$(find scenarios -path "*/${name#*-}.yaml")" ] || [ -f "scenarios/$(echo "$name" | sed 's|-|/|').yaml" ]
	result $? "$stored belongs to a scenario"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
