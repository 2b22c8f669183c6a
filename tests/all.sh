#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs every group of tests against the build in $1 and adds up. A group ends
# its output with "N passed, N failed"; that line is what counts, together with
# its exit status. One that cannot run here says "skipped: reason", exit 3. With
# names as further arguments, only those groups.
set -u
cd "$(dirname "$0")/.." || exit 1
build=${1:?usage: tests/all.sh BUILD-DIRECTORY [GROUP...]}
shift
bin=$build/tierpath
logs=$build/test-logs
mkdir -p "$logs"

# Check's own limit of 4 s is short for a busy machine.
export CK_DEFAULT_TIMEOUT=${CK_DEFAULT_TIMEOUT:-60}

# Forking for each test makes the leak check a hundred times slower.
case $build in *asan*) export CK_FORK=no ;; esac

units() {
	"$build/unit-tests" | tail -n 200 | tee "$logs/units.check" |
		grep -v '^Running suite' | tail -n 40
	local line
	line=$(grep -E '^[0-9]+%: Checks' "$logs/units.check" | tail -n 1)
	awk '{ gsub(/[^0-9 ]/, " "); bad = $3 + $4; print $2 - bad " passed, " bad " failed"
		exit $2 == 0 || bad > 0 }' <<<"$line"
}

scenarios() {
	"$bin" test scenarios -j 2 --junit "$logs/scenarios.xml" |
		tee "$logs/scenarios.tap" | grep -vE '^(ok|1\.\.|TAP|# )'
	local ok not
	ok=$(grep -c '^ok' "$logs/scenarios.tap")
	not=$(grep -c '^not ok' "$logs/scenarios.tap")
	echo "$ok passed, $not failed"
	[ "$ok" -gt 0 ] && [ "$not" = 0 ]
}

golden() { tests/golden/golden.sh "$bin"; }
cli() { tests/cli/cli.sh "$bin"; }
lang() { tests/lang/lang.py "$bin"; }
capture() { tests/capture/capture.py "$bin"; }
removal() { tests/removal/removal.py "$bin"; }
rfc() { "$build/rfc-check" --json build/rfc.json; }
live() { tests/live/live.py "$bin" --json build/live.json; }
broken() { tests/fuzz/broken.py "$bin" --seed "${FUZZ_SEED:-1}"; }

fuzz() {
	tests/fuzz/broken.py --write "$build/broken" &&
		"$build/fuzz-inputs" --captures "$build/broken" --count "${FUZZ_COUNT:-100000}" \
			--seed "${FUZZ_SEED:-1}"
}

limits() {
	tests/limits/limits.py "$build" --json build/limits.json
}

kernel() {
	mkdir -p build/kernel
	"$build/kernel-check" --count "${KERNEL_COUNT:-200}" --seed "${KERNEL_SEED:-1}" \
		--shrink --keep build/kernel --json build/kernel.json
}

groups=${*:-units rfc scenarios golden lang cli capture removal limits broken fuzz kernel}
passed=0 failed=0 broken=
for group in $groups; do
	started=$(date +%s)
	echo "== $group"
	$group > "$logs/$group.log" 2>&1
	status=$?
	if [ "$status" = 3 ] && grep -q '^skipped: ' "$logs/$group.log"; then
		echo "   $(grep '^skipped: ' "$logs/$group.log" | tail -n 1)"
		continue
	fi
	line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$logs/$group.log" | tail -n 1)
	good=$(awk '{ print $1 + 0 }' <<<"$line")
	bad=$(awk '{ print $3 + 0 }' <<<"$line")
	[ "$status" = 0 ] && [ -n "$line" ] && [ "$good" -gt 0 ] || {
		[ "$bad" -gt 0 ] || bad=1
		broken="$broken $group"
		cat "$logs/$group.log"
	}
	passed=$((passed + good)) failed=$((failed + bad))
	echo "   ${line:-no result} in $(($(date +%s) - started)) s"
done
[ -z "$broken" ] || echo "failed groups:$broken"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
