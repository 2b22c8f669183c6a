#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Counts the instructions of fixed inputs (callgrind) and compares them with
# baseline.txt: fails if one needs 3 % more. BLESS=1 writes the baseline anew.
# Counts are only comparable for the same compiler and processor; on others it
# says so and ends with 77, "skipped".
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: tests/bench/check.sh BUILD-DIRECTORY}
baseline=tests/bench/baseline.txt
limit=3 # percent
command -v valgrind > /dev/null || { echo "bench-check: skipped: valgrind is not installed" >&2; exit 77; }
made_by="$(${CC:-gcc} --version | head -n 1), $(uname -m), $(basename "$build")"

count() { # what is collected when the command runs
	valgrind --tool=callgrind --callgrind-out-file=/dev/null "$@" 2>&1 > /dev/null |
		sed -n 's/.*Collected *: *//p'
}

counts() {
	for name in $("$build/bench" --check); do
		echo "$name $(count --toggle-collect=check_count "$build/bench" --check "$name")"
	done
	echo "trace_process $(count "$build/tierpath" trace topology/library/vcf4-static.yaml \
		--from podvm-busybox --to registry --port 443)"
	echo "scenario $(count "$build/tierpath" test -j 1 scenarios/article/b-podvm-timeout.yaml)"
}

if [ -n "${BLESS:-}" ]; then
	now=$(counts)
	{ echo "# $made_by"; echo "$now"; } > $baseline
	cat $baseline
	exit 0
fi
before_by=$(sed -n 's/^# //p' $baseline)
[ "$before_by" = "$made_by" ] || {
	echo "bench-check: skipped: the baseline is of $before_by; this is $made_by" >&2
	exit 77
}
failed=0
while read -r name now; do
	before=$(awk -v n="$name" '$1 == n { print $2 }' $baseline)
	if [ -z "$before" ] || [ -z "$now" ]; then
		echo "not ok - $name: ${now:-no count}, baseline ${before:-has none}"
		failed=1
		continue
	fi
	change=$(awk -v a="$before" -v b="$now" 'BEGIN { printf "%+.1f", 100 * (b - a) / a }')
	if awk -v c="$change" -v l=$limit 'BEGIN { exit !(c > l) }'; then
		echo "not ok - $name: $now instructions, $change % (baseline $before)"
		failed=1
	else
		echo "ok - $name: $now instructions, $change %"
	fi
done < <(counts)
[ $failed = 0 ] || echo "bench-check: more than $limit % above the baseline; if it is worth it: make bench-check BLESS=1"
exit $failed
