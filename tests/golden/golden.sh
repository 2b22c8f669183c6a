#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What every shipped scenario prints, and the digest of its capture, compared
# with what is stored beside this script. --bless stores them anew; then the
# diff is to be read.
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
for scenario in $(find scenarios -name '*.yaml' | sort); do
	name=$(echo "${scenario#scenarios/}" | tr / -)
	stored=tests/golden/${name%.yaml}.txt
	COLUMNS=100 "$bin" run "$scenario" --color never \
		--write "$tmp/out.pcapng" > "$tmp/out.txt" 2>&1
	echo "capture: $(sha256sum < "$tmp/out.pcapng" | cut -c1-64)" >> "$tmp/out.txt"
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
