#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The name tells the file: an object exports only names that begin with its
# stem or the stem's first word; stems are unique. And purity, seen on the same
# objects: sim/wire, sim/table and sim/path call nothing but pure functions.
layers=$(sed -n '/^LAYERS :=/,/[^\\]$/p' Makefile | tr -d '\\' |
	sed 's/^LAYERS :=//')
failed=0
twice=$(find $layers tests/unit tests/oracle -name '*.c' | sed 's|.*/||' |
	sort | uniq -d)
[ -z "$twice" ] || { echo "stem used twice: $twice"; failed=1; }
make -s -j2 WERROR=1 all >/dev/null || exit 1
for o in $(find $layers -maxdepth 1 -name '*.c' | sort); do
	obj=build/release/${o%.c}.o
	stem=$(basename "$o" .c)
	[ "$stem" = main ] && continue
	# It stands in for others in a build without TLS only.
	[ "$stem" = tls_none ] && continue
	nm -g --defined-only "$obj" | awk -v stem="$stem" -v file="$o" '
		{ word = stem; sub(/_.*/, "", word)
		if ($3 != stem && index($3, stem "_") != 1 &&
		    $3 != word && index($3, word "_") != 1) {
			print file ": exports " $3; bad = 1 } }
		END { exit bad }' || failed=1
done
for o in $(find sim/wire sim/table sim/path -name '*.c' | sort); do
	nm -u "build/release/${o%.c}.o" | awk -v file="$o" '
		/ (malloc|calloc|realloc|free|mem_|arena_|printf|fprintf|puts|time|clock_|rand|rng_|getenv|open|write|read|str_add)/ &&
		$2 !~ /^(mem(cpy|cmp|set|move|chr)|arena$)/ {
			print file ": calls " $2; bad = 1 }
		END { exit bad }' || failed=1
done
exit $failed
